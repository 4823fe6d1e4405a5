import type { RunningJob } from './devices/machine.ts'
import type { SampledRun } from './devices/sample-utilization.ts'
import type { QueuedJob } from './devices/queue-order.ts'
import type { JobOutput } from './job-output.ts'
import type { JobEvent } from './job-state.ts'
import type { LiveJob } from './live-jobs.ts'
import { describeSecrets, listMissingSecrets } from './perform.ts'
import type { Place } from './place.ts'

/** Decides whose turn it is. Disposing it stops that. */
export interface Turns extends Disposable {
  /** Something has changed: a job was queued, one has ended, a device is free. */
  wake(): void
}

/** What others take of this machine is looked at again while jobs wait for it. */
const againMs = 5000

/** Starts queued jobs: on a place with books of the engine's as these allow, elsewhere at once. */
export function startTurns(parts: {
  readonly places: ReadonlyMap<string, Place>
  readonly output: JobOutput
  list(targetName: string): readonly LiveJob[]
  take(job: LiveJob, event: JobEvent): Promise<void>
  setReason(job: LiveJob, reason: string): void
  now(): number
  warn(message: string, error: unknown): void
  readonly closing: AbortSignal
}): Turns {
  let timer: NodeJS.Timeout | undefined
  let isAwake = false
  /** Jobs whose start is under way, with what they were given. */
  const starting = new Map<LiveJob, readonly string[]>()
  /** Places at which a job waited when their last plan was made. */
  const waited = new Set<string>()

  function wake(): void {
    if (isAwake || parts.closing.aborted) return
    isAwake = true
    setImmediate(() => {
      isAwake = false
      if (!parts.closing.aborted) turn()
    })
  }

  function turn(): void {
    let isWaiting = false
    for (const [name, { leases }] of parts.places) {
      const jobs = parts.list(name)
      const queued = jobs.filter((job) => job.record.state.phase === 'queued' && !starting.has(job) && isReady(job))
      // The last one that waited is gone: what was kept for it is free.
      const isOver = queued.length === 0 && leases !== undefined && waited.delete(name)
      if (queued.length === 0 && !isOver) continue
      if (leases === undefined) {
        for (const job of queued) void start(job, [])
        continue
      }
      const byId = new Map(queued.map((job) => [job.jobId, job]))
      const running = jobs.flatMap((job) => toRunning(job, starting.get(job)))
      const plan = leases.plan({ queued: queued.map(toQueued), running, now: parts.now() })
      for (const { jobId, gpus } of plan.start) {
        const job = byId.get(jobId)
        if (job !== undefined) void start(job, gpus)
      }
      for (const { jobId, reason } of plan.waiting) {
        const job = byId.get(jobId)
        if (job !== undefined) parts.setReason(job, reason)
      }
      if (plan.waiting.length > 0) waited.add(name)
      isWaiting ||= plan.waiting.length > 0
    }
    if (isWaiting) wakeLater()
  }

  function wakeLater(): void {
    clearTimeout(timer)
    timer = setTimeout(wake, againMs).unref()
  }

  function isReady(job: LiveJob): boolean {
    if (listMissingSecrets(job).length === 0) return true
    parts.setReason(job, describeSecrets(job))
    return false
  }

  async function start(job: LiveJob, gpus: readonly string[]): Promise<void> {
    starting.set(job, gpus)
    try {
      const isFirst = job.record.state.attempts.length === 0
      const logOffset = isFirst ? 0 : await parts.output.sizeOf(job)
      await parts.take(job, { kind: 'start', gpus, logOffset })
    } catch (error) {
      parts.warn(`job ${job.jobId} could not be started`, error)
      parts.setReason(job, `could not be started: ${error instanceof Error ? error.message : String(error)}`)
      wakeLater()
    } finally {
      starting.delete(job)
    }
  }

  const watching = [...parts.places.values()].flatMap(({ leases }) =>
    leases === undefined ? [] : [leases.watch(wake)],
  )
  return {
    wake,
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const watch of watching) watch[Symbol.dispose]()
    },
  }
}

function toQueued({ jobId, record }: LiveJob): QueuedJob {
  const { experimentId, spec, createdAt, promotedAt } = record
  return {
    jobId,
    experimentId,
    resources: spec.resources,
    priority: spec.priority,
    createdAt,
    ...(promotedAt === undefined ? {} : { promotedAt }),
  }
}

/** A job that has its place, or is about to get it. */
export function toRunning({ jobId, record }: LiveJob, given?: readonly string[]): RunningJob[] {
  const { experimentId, spec, state } = record
  const attempt = state.attempts.at(-1)
  const hasPlace = state.phase === 'submitting' || state.phase === 'submitted' || state.phase === 'running'
  if (!hasPlace && given === undefined) return []
  const startedAt = hasPlace ? attempt?.startedAt : undefined
  return [
    {
      jobId,
      experimentId,
      resources: spec.resources,
      gpus: given ?? attempt?.gpus ?? [],
      ...(startedAt === undefined ? {} : { startedAt }),
    },
  ]
}

/** A job whose command runs and has GPUs. */
export function toSampledRun({ record: { runId, state } }: LiveJob): SampledRun[] {
  const startedAt = state.attempts.find((attempt) => attempt.startedAt !== undefined)?.startedAt
  const gpus = state.attempts.at(-1)?.gpus ?? []
  if (state.phase !== 'running' || startedAt === undefined || gpus.length === 0) return []
  return [{ runId, startedAt, gpus }]
}
