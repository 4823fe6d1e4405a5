import { mapConcurrently } from '../base/map-concurrently.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Experiment, ExperimentSummary } from '../protocol/experiments.ts'
import { chooseHeadlineMetric } from '../protocol/headline-metric.ts'
import type { RunId } from '../protocol/ids.ts'
import type { MethodName, Methods, RunColumn, RunListRow } from '../protocol/methods.ts'
import { hasEnded } from '../protocol/runs.ts'
import type { Metric, Run } from '../protocol/runs.ts'
import type { MlflowApi } from './mlflow-api.ts'
import { digestArtifact, listLoggedArtifacts, readArtifact, readLoggedTable } from './mlflow-logged-artifacts.ts'

/** Our methods in terms of MLflow's routes; what has no entry, an MLflow server has no word for. */
export type MlflowCalls = {
  readonly [M in MethodName]?: (params: Methods[M]['params'], api: MlflowApi) => Promise<Methods[M]['result']>
}

/** Requests that one call has under way at a time, where it needs many. */
const concurrency = 6

/** The newest runs that are looked at where our engine would count or list by SQL. */
const glance = { runsCounted: 1000, runsForKeys: 200 }

const newestFirst = ['attributes.start_time DESC']

/**
 * @param now milliseconds since 1970-01-01 UTC, for the times that an MLflow server takes from its clients
 * @param forget called after what was read of runs has become out of date
 */
export function createMlflowCalls(now: () => number, forget: () => void): MlflowCalls {
  return {
    async 'experiments/list'({ view = 'ACTIVE_ONLY' }, api) {
      return { experiments: await summarize(await api.listExperiments(view), api) }
    },
    async 'experiments/ensure'({ name }, api) {
      const experiment = await ensureExperiment(name, api)
      const [summary] = await summarize([experiment], api)
      return { experiment: summary ?? { ...experiment, runCount: 0, activeRunCount: 0, scheduledRunCount: 0 } }
    },
    async 'experiments/rename'({ experimentId, name }, api) {
      await api.changeExperiment('update', { experiment_id: experimentId, new_name: name })
      return {}
    },
    async 'experiments/delete'({ experimentId }, api) {
      await api.changeExperiment('delete', { experiment_id: experimentId })
      return {}
    },
    async 'experiments/restore'({ experimentId }, api) {
      await api.changeExperiment('restore', { experiment_id: experimentId })
      return {}
    },
    async 'experiments/set-tag'({ experimentId, key, value }, api) {
      await api.changeExperiment('set-experiment-tag', { experiment_id: experimentId, key, value })
      return {}
    },
    async 'experiments/keys'({ experimentId }, api) {
      const [experiment, { items: runs }] = await Promise.all([
        api.getExperiment(experimentId),
        api.searchRuns({ experimentIds: [experimentId], limit: glance.runsForKeys, orderBy: newestFirst }),
      ])
      const keys = (of: 'metrics' | 'params' | 'tags') =>
        [...new Set(runs.flatMap((run) => run[of].map(({ key }) => key)))].toSorted()
      const metrics = keys('metrics')
      const headline = chooseHeadlineMetric(experiment.tags, metrics) ?? null
      return { metrics, params: keys('params'), tags: keys('tags'), headline }
    },

    'runs/list': listRuns,
    async 'runs/get'({ runId }, api) {
      return { run: await api.getRun(runId) }
    },
    async 'runs/start'({ experimentId, name, userId, params = [], tags = [] }, api) {
      const { runId } = await api.createRun({
        experiment_id: experimentId,
        ...(name === undefined ? {} : { run_name: name }),
        ...(userId === undefined ? {} : { user_id: userId }),
        start_time: now(),
        tags,
      })
      if (params.length > 0) await api.logBatch(runId, { params })
      forget()
      return { run: await api.getRun(runId) }
    },
    async 'runs/end'({ runId, status, tags = [] }, api) {
      if (tags.length > 0) await api.logBatch(runId, { tags })
      const run = await api.getRun(runId)
      if (run.status !== status || run.endTime === undefined) {
        await api.updateRun({ run_id: runId, status, end_time: now() })
      }
      forget()
      return {}
    },
    async 'runs/rename'({ runId, name }, api) {
      await api.updateRun({ run_id: runId, run_name: name })
      forget()
      return {}
    },
    async 'runs/set-tag'({ runId, key, value }, api) {
      await api.setRunTag(runId, { key, value })
      forget()
      return {}
    },
    async 'runs/log-inputs'({ runId, datasets }, api) {
      await api.logInputs(runId, datasets)
      return {}
    },
    async 'runs/log-metrics'({ runId, metrics }, api) {
      await api.logBatch(runId, { metrics })
      forget()
      return {}
    },
    async 'runs/delete-tag'({ runId, key }, api) {
      await api.deleteRunTag(runId, key)
      return {}
    },
    async 'runs/delete'({ runIds }, api) {
      await mapConcurrently(runIds, concurrency, (runId) => api.deleteRun(runId))
      forget()
      return {}
    },
    async 'runs/restore'({ runIds }, api) {
      await mapConcurrently(runIds, concurrency, (runId) => api.restoreRun(runId))
      forget()
      return {}
    },
    async 'runs/stop'({ runId }, api) {
      const { status } = await api.getRun(runId)
      return { outcome: hasEnded(status) ? 'already-ended' : 'unsupervised' }
    },
    // Nobody can ask for it here, and a supervisor may well wait for the answer.
    'runs/stop-requested': async () => ({ requested: false }),

    async 'metrics/history'({ runId, key }, api) {
      const points = await api.metricHistory(runId, key)
      return { points: points.sort(byPosition).map(({ step, timestamp, value }) => ({ step, timestamp, value })) }
    },
    async 'metrics/sparklines'({ runId, points }, api) {
      const { metrics } = await api.getRun(runId)
      const series = await mapConcurrently(metrics, concurrency, async (metric) => {
        const sample = await sampleMetric(runId, metric.key, points, api)
        return { metric, values: thin(sample.toSorted(byPosition), points).map(({ value }) => value) }
      })
      return { series }
    },

    async 'artifacts/list'({ runId, path }, api) {
      return { entries: await api.listArtifacts(runId, path) }
    },
    'artifacts/logged': listLoggedArtifacts,
    'artifacts/read': readArtifact,
    'artifacts/digest': digestArtifact,
    'artifacts/table': readLoggedTable,
  }
}

async function ensureExperiment(name: string, api: MlflowApi): Promise<Experiment> {
  const found = await findExperiment(name, api)
  if (found === undefined) return api.getExperiment(await api.createExperiment(name))
  if (found.lifecycleStage === 'active') return found
  throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `The experiment "${name}" is deleted.`, {
    hint: 'Restore it, or choose another name.',
  })
}

async function findExperiment(name: string, api: MlflowApi): Promise<Experiment | undefined> {
  try {
    return await api.getExperimentByName(name)
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

/** Counts runs by one look at the newest of all experiments, since an MLflow server cannot count. */
async function summarize(experiments: readonly Experiment[], api: MlflowApi): Promise<ExperimentSummary[]> {
  if (experiments.length === 0) return []
  const experimentIds = experiments.map(({ experimentId }) => experimentId)
  const newest = await api.searchRuns({ experimentIds, limit: glance.runsCounted, orderBy: newestFirst })
  const all = newest.nextPageToken === undefined
  const active = all ? newest : await api.searchRuns({ experimentIds, filter: running, limit: glance.runsCounted })
  const count = (runs: readonly Run[]) => Map.groupBy(runs, ({ experimentId }) => experimentId)
  const [runs, activeRuns] = [count(newest.items), count(active.items.filter(({ status }) => !hasEnded(status)))]
  return experiments
    .map((experiment) => ({
      ...experiment,
      runCount: runs.get(experiment.experimentId)?.length ?? 0,
      activeRunCount: activeRuns.get(experiment.experimentId)?.length ?? 0,
      scheduledRunCount: (activeRuns.get(experiment.experimentId) ?? []).filter(isScheduled).length,
      ...(all ? {} : { runCountIsAtLeast: true as const }),
    }))
    .toSorted((a, b) => b.lastUpdateTime - a.lastUpdateTime)
}

function isScheduled({ status }: Run): boolean {
  return status === 'SCHEDULED'
}

/** MLflow's grammar has no OR, and its own clients make no SCHEDULED runs. */
const running = "attributes.status = 'RUNNING'"

async function listRuns(
  { columns = [], limit = 1000, pageToken, ...query }: Methods['runs/list']['params'],
  api: MlflowApi,
): Promise<Methods['runs/list']['result']> {
  // Our page token carries how many runs came before, in front of the server's own token.
  const [listedBefore = '0', token] = pageToken?.split(/ (.*)/s) ?? []
  const page = await api.searchRuns({ ...query, limit, ...(token === undefined ? {} : { pageToken: token }) })
  const listed = Number(listedBefore) + page.items.length
  const runs = page.items.map((run) => toListRow(run, columns))
  if (page.nextPageToken === undefined) return { runs, total: listed }
  return { runs, total: listed + 1, totalIsAtLeast: true, nextPageToken: `${listed} ${page.nextPageToken}` }
}

function toListRow(run: Run, columns: readonly RunColumn[]): RunListRow {
  const { runId, experimentId, name, status, lifecycleStage, userId, startTime, endTime, artifactUri } = run
  const row = { runId, experimentId, name, status, lifecycleStage, userId, startTime, artifactUri }
  const lists = { metric: run.metrics, param: run.params, tag: run.tags }
  return {
    ...row,
    ...(endTime === undefined ? {} : { endTime }),
    values: columns.map((column) => lists[column.kind].find(({ key }) => key === column.key)?.value ?? null),
    stoppable: false,
  }
}

/** Servers before 2.10 cannot sample; their whole history is read instead. */
async function sampleMetric(runId: RunId, key: string, points: number, api: MlflowApi): Promise<readonly Metric[]> {
  try {
    return await api.sampleMetric(runId, key, points)
  } catch (error) {
    if (!(error instanceof RunwrightError) || !/NOT_FOUND|NOT_EXIST/.test(error.code)) throw error
    return api.metricHistory(runId, key)
  }
}

function byPosition(a: Metric, b: Metric): number {
  return a.step - b.step || a.timestamp - b.timestamp || a.value - b.value
}

/** At most `count` items spread evenly, the first and the last among them. */
function thin<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items]
  const chosen = Array.from({ length: count }, (_, index) => Math.round((index * (items.length - 1)) / (count - 1)))
  return chosen.flatMap((index) => items.slice(index, index + 1))
}
