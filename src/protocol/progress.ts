import type { Metric, Param } from './runs.ts'

/** How far a run has come. */
export interface Progress {
  readonly unit: 'epoch' | 'step'
  readonly done: number
  readonly total: number
  /** When `done` was logged: milliseconds since 1970-01-01 UTC. */
  readonly at: number
}

/** As trainers name them: ours, Keras, Lightning, Hugging Face, scikit-learn. */
const totals: Readonly<Record<Progress['unit'], readonly string[]>> = {
  epoch: ['epochs', 'num_epochs', 'n_epochs', 'max_epochs', 'num_train_epochs'],
  step: ['steps', 'max_steps', 'num_steps', 'total_steps', 'train_steps', 'iterations', 'max_iter', 'n_iter'],
}
const counters: Readonly<Record<Progress['unit'], readonly string[]>> = {
  epoch: ['epoch'],
  step: ['step', 'global_step'],
}

/**
 * How far a run has come by what it logged: a metric `epoch` or `step` against a param that names the total, else the
 * step of its latest metrics against that param. Undefined where no param does, and where the run is past the total,
 * because then its steps count something else.
 */
export function findProgress(params: readonly Param[], metrics: readonly Metric[]): Progress | undefined {
  for (const unit of ['epoch', 'step'] as const) {
    const total = findTotal(params, unit)
    const counted = total === undefined ? undefined : findCount(metrics, unit)
    if (total !== undefined && counted !== undefined && counted.done <= total) return { unit, total, ...counted }
  }
  return undefined
}

function findTotal(params: readonly Param[], unit: Progress['unit']): number | undefined {
  const values = totals[unit].map((name) => Number(params.find(({ key }) => key === name)?.value))
  return values.find((value) => Number.isFinite(value) && value > 0)
}

function findCount(metrics: readonly Metric[], unit: Progress['unit']): Pick<Progress, 'done' | 'at'> | undefined {
  const counter = metrics.find(({ key, value }) => counters[unit].includes(key) && Number.isFinite(Number(value)))
  if (counter !== undefined) return { done: Number(counter.value), at: counter.timestamp }
  const latest = metrics.reduce<Metric | undefined>(
    (best, metric) => (best === undefined || metric.step > best.step ? metric : best),
    undefined,
  )
  return latest && { done: latest.step, at: latest.timestamp }
}

/**
 * Milliseconds until the total is reached if it goes on as it went since `from`; undefined before anything was done
 * since then.
 *
 * @param from where it began: what was done then, and when
 */
export function estimateRemainingMs(
  { done, total, at }: Progress,
  from: Pick<Progress, 'done' | 'at'>,
  now: number,
): number | undefined {
  const [doneSince, tookMs] = [done - from.done, at - from.at]
  if (doneSince <= 0 || tookMs <= 0) return undefined
  return Math.max(0, (total - done) * (tookMs / doneSince) - (now - at))
}
