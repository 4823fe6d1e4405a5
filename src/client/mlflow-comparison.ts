import { mapConcurrently } from '../base/map-concurrently.ts'
import { diffRuns } from '../protocol/diff-runs.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import { chooseHeadlineMetric } from '../protocol/headline-metric.ts'
import type { TableQuery } from '../protocol/run-table.ts'
import type { Run } from '../protocol/runs.ts'
import { createUnknownCursors, createUnknownTails } from '../protocol/unknown-tails.ts'
import { cutWindow } from './curve-window.ts'
import { createMemoryTable, type MemoryTable } from './memory-table.ts'
import type { MlflowApi } from './mlflow-api.ts'
import type { MlflowCalls } from './mlflow-calls.ts'
import { toMemoryRun } from './run-to-memory.ts'

const concurrency = 6
const runsOfPage = 1000
/** More runs are not read over REST: a table of them would take minutes to appear. */
const maxRuns = 20_000
/** How long what was read stands for what is there; a screen is filled by several calls. */
const freshMs = 3000
/** Files of a run that a diff names. */
const maxFiles = 2000

interface Loaded {
  readonly runs: readonly Run[]
  readonly table: MemoryTable
  readonly metrics: readonly string[]
}

type ComparisonMethod =
  'table/rows' | 'table/keys' | 'table/groups' | 'table/statistics' | 'curves/window' | 'curves/tail' | 'runs/diff'

export interface MlflowComparison {
  readonly calls: Required<Pick<MlflowCalls, ComparisonMethod>>
  /** Something has changed on the server: what was read is out of date. */
  forget(): void
}

/**
 * The comparison over MLflow's REST interface, which neither sorts by several columns of ours nor counts nor sums up:
 * the runs are read once and answered from memory. Of a metric only the last value is known in the table.
 */
export function createMlflowComparison(now: () => number): MlflowComparison {
  const kept = new Map<string, { readonly at: number; readonly loaded: Promise<Loaded> }>()

  function load({ experimentIds, view = 'ACTIVE_ONLY' }: TableQuery, api: MlflowApi): Promise<Loaded> {
    const key = JSON.stringify([experimentIds, view])
    const known = kept.get(key)
    if (known !== undefined && now() - known.at < freshMs) return known.loaded
    for (const [other, { at }] of kept) if (now() - at >= freshMs) kept.delete(other)
    const loaded = loadRuns(experimentIds, view, api)
    kept.set(key, { at: now(), loaded })
    loaded.catch(() => kept.delete(key))
    return loaded
  }

  const calls: MlflowComparison['calls'] = {
    'table/rows': async (params, api) => (await load(params, api)).table.rows(params),
    'table/groups': async (params, api) => (await load(params, api)).table.groups(params),
    'table/statistics': async (params, api) => (await load(params, api)).table.statistics(params),
    async 'table/keys'({ experimentIds }, api) {
      const [{ runs, metrics }, experiments] = await Promise.all([
        load({ experimentIds }, api),
        mapConcurrently(experimentIds, concurrency, (id) => api.getExperiment(id)),
      ])
      const tags = experiments.flatMap((experiment) => experiment.tags)
      return {
        metrics,
        params: listKeys(runs, 'params'),
        tags: listKeys(runs, 'tags'),
        headline: chooseHeadlineMetric(tags, metrics) ?? null,
      }
    },
    async 'curves/window'({ curves, ...request }, api) {
      const startTimes = new Map<RunId, Promise<number>>()
      const startOf = (runId: RunId): Promise<number> => {
        const known = startTimes.get(runId) ?? api.getRun(runId).then(({ startTime }) => startTime)
        startTimes.set(runId, known)
        return known
      }
      return {
        cursors: createUnknownCursors(curves.length),
        curves: await mapConcurrently(curves, concurrency, async ({ runId, key }) => {
          try {
            const [points, startTime] = await Promise.all([
              api.metricHistory(runId, key),
              request.axis === 'relative' ? startOf(runId) : 0,
            ])
            if (points.length === 0) return { kind: 'missing' } as const
            return cutWindow(points, startTime, request)
          } catch (error) {
            if (isMissing(error)) return { kind: 'missing' } as const
            throw error
          }
        }),
      }
    },
    'curves/tail': async ({ curves }) => createUnknownTails(curves.length),
    async 'runs/diff'({ runIds }, api) {
      const runs = await mapConcurrently(runIds, concurrency, (runId) => api.getRun(runId))
      const files = await mapConcurrently(runs, concurrency, (run) => listFiles(run.runId, api))
      return diffRuns(
        runs.map((run, index) => ({
          run,
          environment: undefined,
          patchDigest: undefined,
          artifacts: files[index] ?? new Map(),
        })),
      )
    },
  }
  return { calls, forget: () => kept.clear() }
}

async function loadRuns(
  experimentIds: readonly ExperimentId[],
  view: NonNullable<TableQuery['view']>,
  api: MlflowApi,
): Promise<Loaded> {
  const runs: Run[] = []
  let pageToken: string | undefined
  do {
    const token = pageToken === undefined ? {} : { pageToken }
    const page = await api.searchRuns({ experimentIds, view, limit: runsOfPage, ...token })
    runs.push(...page.items)
    pageToken = page.nextPageToken
    if (runs.length >= maxRuns && pageToken !== undefined) {
      const message = `These experiments have more than ${maxRuns} runs, and an MLflow server can only list them all.`
      throw new RunwrightError('INVALID_STATE', message, { hint: 'Open them in a workspace of Runwright’s own.' })
    }
  } while (pageToken !== undefined)
  const metrics = listKeys(runs, 'metrics')
  return { runs, metrics, table: createMemoryTable(runs.map(toMemoryRun), new Set(metrics)) }
}

function listKeys(runs: readonly Run[], of: 'metrics' | 'params' | 'tags'): string[] {
  return [...new Set(runs.flatMap((run) => run[of].map(({ key }) => key)))].toSorted()
}

/** An artifact store that cannot be reached keeps nobody from comparing the rest. */
async function listFiles(runId: RunId, api: MlflowApi): Promise<Map<string, number>> {
  const files = new Map<string, number>()
  const folders: (string | undefined)[] = [undefined]
  try {
    for (const folder of folders) {
      for (const { path, isDirectory, sizeBytes } of await api.listArtifacts(runId, folder)) {
        if (isDirectory) folders.push(path)
        else if (files.size < maxFiles) files.set(path, sizeBytes ?? 0)
      }
      if (files.size >= maxFiles) break
    }
  } catch (error) {
    if (!(error instanceof RunwrightError) || error.code === 'CANCELLED') throw error
  }
  return files
}

function isMissing(error: unknown): boolean {
  return error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST'
}
