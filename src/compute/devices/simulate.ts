import type { Machine, RunningJob } from './machine.ts'
import { plan, type Plan, type PlanInput } from './plan.ts'
import type { QueuedJob } from './queue-order.ts'

/** A job that comes at `createdAt` and would run for `durationMs`; its time limit may end it before. */
export interface TracedJob extends QueuedJob {
  readonly durationMs: number
}

export interface SimulatedRun {
  readonly job: TracedJob
  readonly startedAt: number
  readonly endedAt: number
  readonly gpus: readonly string[]
}

/** Told of everything that the simulation does, in order. */
export interface SimulationOptions {
  /** Default: the real one. */
  readonly plan?: typeof plan
  /** After each plan, with all that runs from then on. */
  watch?(input: PlanInput, running: readonly RunningJob[]): void
}

/**
 * Runs a trace of jobs on a machine that is planned as the engine does it: anew at each arrival and each end. Jobs that
 * never start are missing from the result.
 */
export function simulate(
  trace: readonly TracedJob[],
  machine: Omit<Machine, 'running'>,
  options: SimulationOptions = {},
): readonly SimulatedRun[] {
  const arrivals = trace.toSorted((a, b) => a.createdAt - b.createdAt)
  const queued = new Map<string, TracedJob>()
  const running: SimulatedRun[] = []
  const runs: SimulatedRun[] = []
  let arrived = 0
  let kept: Plan['reserved']
  for (;;) {
    const now = Math.min(arrivals[arrived]?.createdAt ?? Infinity, ...running.map(({ endedAt }) => endedAt))
    if (now === Infinity) return runs
    for (let job = arrivals[arrived]; job !== undefined && job.createdAt <= now; job = arrivals[arrived]) {
      queued.set(job.jobId, job)
      arrived += 1
    }
    running.splice(0, running.length, ...running.filter(({ endedAt }) => endedAt > now))
    const input = {
      now,
      ...machine,
      queued: [...queued.values()],
      running: running.map(toRunningJob),
      ...(kept === undefined ? {} : { kept: kept.jobId }),
    }
    const { start, reserved } = (options.plan ?? plan)(input)
    kept = reserved
    for (const { jobId, gpus } of start) {
      const job = queued.get(jobId)
      if (job === undefined) throw new Error(`Job ${jobId} was started and is not in the queue.`)
      queued.delete(jobId)
      const limitMs = (job.resources.timeLimitSeconds ?? Infinity) * 1000
      running.push({ job, startedAt: now, endedAt: now + Math.min(job.durationMs, limitMs), gpus })
      runs.push(...running.slice(-1))
    }
    options.watch?.(input, running.map(toRunningJob))
  }
}

function toRunningJob({ job, startedAt, gpus }: SimulatedRun): RunningJob {
  return { ...job, startedAt, gpus }
}
