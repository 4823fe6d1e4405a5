import { setTimeout as wait } from 'node:timers/promises'
import type { ChangeEvent, DeliveredEvent } from '../protocol/events.ts'
import type { Experiment } from '../protocol/experiments.ts'
import { hasEnded } from '../protocol/runs.ts'
import type { Metric, Run } from '../protocol/runs.ts'
import type { MlflowApi } from './mlflow-api.ts'

/** What was seen of a server at one time: its experiments, its newest runs and all that are running. */
export interface Sight {
  readonly experiments: readonly Experiment[]
  readonly runs: readonly Run[]
}

/** The newest runs that are watched even when they have ended, so that one deleted or renamed shows. */
const watchedRuns = 100

/** Running runs that are watched, newest first. */
const watchedRunningRuns = 1000

export async function readSight(api: MlflowApi): Promise<Sight> {
  const experiments = await api.listExperiments('ALL')
  const experimentIds = experiments
    .filter(({ lifecycleStage }) => lifecycleStage === 'active')
    .map(({ experimentId }) => experimentId)
  if (experimentIds.length === 0) return { experiments, runs: [] }
  const orderBy = ['attributes.start_time DESC']
  const [newest, running] = await Promise.all([
    api.searchRuns({ experimentIds, view: 'ALL', orderBy, limit: watchedRuns }),
    api.searchRuns({ experimentIds, filter: "attributes.status = 'RUNNING'", orderBy, limit: watchedRunningRuns }),
  ])
  const runs = new Map([...running.items, ...newest.items].map((run) => [run.runId, run]))
  return { experiments, runs: [...runs.values()] }
}

/** What happened between two looks at a server. */
export function findChanges(before: Sight, after: Sight): ChangeEvent[] {
  return [...findExperimentChanges(before, after), ...findRunChanges(before, after)]
}

function findExperimentChanges(before: Sight, after: Sight): ChangeEvent[] {
  const known = new Map(before.experiments.map((experiment) => [experiment.experimentId, JSON.stringify(experiment)]))
  const changed = after.experiments.filter(
    (experiment) => known.get(experiment.experimentId) !== JSON.stringify(experiment),
  )
  const left = new Set(after.experiments.map(({ experimentId }) => experimentId))
  const gone = before.experiments.filter(({ experimentId }) => !left.has(experimentId))
  return [...changed, ...gone].map(({ experimentId }) => ({ kind: 'experiment', experimentId }))
}

function findRunChanges(before: Sight, after: Sight): ChangeEvent[] {
  const known = new Map(before.runs.map((run) => [run.runId, run]))
  const events = after.runs.flatMap((run): ChangeEvent[] => {
    const { experimentId, runId, metrics } = run
    const earlier = known.get(runId)
    known.delete(runId)
    const runEvent: ChangeEvent[] =
      withoutMetrics(earlier) === withoutMetrics(run) ? [] : [{ kind: 'run', experimentId, runId }]
    const latest = findChangedMetrics(earlier?.metrics ?? [], metrics)
    return latest.length === 0 ? runEvent : [...runEvent, { kind: 'metrics', experimentId, runId, latest }]
  })
  // A run out of sight that had ended was only pushed out by newer ones; one that was running has ended meanwhile.
  const gone = [...known.values()].filter(({ status }) => !hasEnded(status))
  return [...events, ...gone.map(({ experimentId, runId }): ChangeEvent => ({ kind: 'run', experimentId, runId }))]
}

function withoutMetrics(run: Run | undefined): string | undefined {
  return run && JSON.stringify({ ...run, metrics: undefined })
}

function findChangedMetrics(before: readonly Metric[], after: readonly Metric[]): Metric[] {
  const known = new Map(before.map((metric) => [metric.key, metric]))
  return after.filter(({ key, step, timestamp, value }) => {
    const earlier = known.get(key)
    return !(earlier?.step === step && earlier.timestamp === timestamp && Object.is(earlier.value, value))
  })
}

/**
 * Tells what changes on an MLflow server, by looking again and again: it has no stream of changes that one could wait
 * for. A `reset` comes once the first look is taken, so that whoever then fetches all misses nothing. A look that fails
 * is taken again after a growing pause.
 *
 * @param pollMs milliseconds from the end of one look to the next; with failures up to 30 s
 */
export async function* watchChanges(
  api: MlflowApi,
  { pollMs, signal }: { readonly pollMs: number; readonly signal: AbortSignal },
): AsyncGenerator<DeliveredEvent> {
  let before: Sight | undefined
  let sequence = 0
  let pauseMs = pollMs
  while (!signal.aborted) {
    const after = await readSight(api).catch(() => undefined)
    const events = after === undefined ? [] : before === undefined ? [reset] : findChanges(before, after)
    for (const event of events) yield { cursor: `mlflow:${++sequence}`, event }
    before = after ?? before
    pauseMs = after === undefined ? Math.min(pauseMs * 2, Math.max(pollMs, 30_000)) : pollMs
    await wait(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

const reset: ChangeEvent = { kind: 'reset' }
