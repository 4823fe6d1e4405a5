import { mapConcurrently } from '../base/map-concurrently.ts'
import type { JobOutput } from './job-output.ts'
import { type JobEvent, listDuties } from './job-state.ts'
import type { LiveJob } from './live-jobs.ts'
import { isUnreachable } from './perform.ts'
import type { ComputeTarget, JobHandle, TargetStatus } from './target.ts'

/** What follows the jobs of one target. Disposing it stops the following; the jobs go on. */
export interface TargetLoop extends Disposable {
  /** A job has got another state. */
  notice(job: LiveJob): void
  /** Why the target could not be asked the last time. */
  readonly trouble: string | undefined
}

export interface TargetLoopParts {
  readonly name: string
  readonly target: ComputeTarget
  readonly output: JobOutput
  /** Jobs of the target that have not ended. */
  list(): readonly LiveJob[]
  take(job: LiveJob, event: JobEvent): Promise<void>
  enqueue(job: LiveJob, effects: ReturnType<typeof listDuties>): void
  setReason(job: LiveJob, reason: string): void
  now(): number
  warn(message: string, error: unknown): void
  readonly closing: AbortSignal
}

/** Between two looks that a target's own news ask for: output that comes in drops is brought in sips. */
const restMs = 50
/** Where a target tells its news itself, duties that failed are tried again this often. */
const dutyMs = 2000
/** News may get lost on their way, so that all is asked about now and then wherever they come from. */
const sweepMs = 10_000
/** A target that cannot be reached is asked at least this often, so that a job's end is known soon after it is back. */
const longestPauseMs = 10_000
/** A cancellation that the target has taken and that has not shown any effect is asked for again. */
const cancelAgainMs = 60_000
const readsAtOnce = 8

interface Asked {
  readonly job: LiveJob
  readonly attempt: number
  readonly handle: JobHandle
}

/** Asks a target about all of its jobs in one question, when it has news or every `pollMs`, and brings their output. */
export function startTargetLoop(parts: TargetLoopParts): TargetLoop {
  const { target, closing } = parts
  /** Jobs whose output is being brought; true where more of it is said to have come meanwhile. */
  const bringing = new Map<LiveJob, boolean>()
  const dirty = new Set<JobHandle>()
  let isAllDirty = true
  let sweptAt = -Infinity
  let failures = 0
  let trouble: string | undefined
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let dueAt = Infinity
  let lookedAt = -Infinity

  /** A look that is due sooner stays as it is. */
  function schedule(pauseMs: number): void {
    const at = performance.now() + pauseMs
    if (closing.aborted || running !== undefined || at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(run, pauseMs).unref()
  }

  function run(): void {
    dueAt = Infinity
    running ??= look().finally(() => {
      running = undefined
      lookedAt = performance.now()
      if (parts.list().length > 0) schedule(nextPause())
    })
  }

  function nextPause(): number {
    if (failures > 0) return Math.min(500 * 2 ** failures, longestPauseMs)
    return isAllDirty || dirty.size > 0 ? rest() : target.pollMs || dutyMs
  }

  /** The first news after a silence are looked at without delay. */
  function rest(): number {
    return Math.max(0, lookedAt + restMs - performance.now())
  }

  async function look(): Promise<void> {
    isAllDirty ||= failures > 0 || target.pollMs > 0 || performance.now() - sweptAt >= sweepMs
    if (isAllDirty) sweptAt = performance.now()
    const isAll = isAllDirty
    const jobs = parts.list()
    for (const job of jobs) doDuties(job)
    const asked = jobs.flatMap((job) => {
      const { phase, attempts } = job.record.state
      const { number, handle } = attempts.at(-1) ?? {}
      if ((phase !== 'submitted' && phase !== 'running') || handle === undefined || number === undefined) return []
      return isAll || dirty.has(handle) ? [{ job, attempt: number, handle }] : []
    })
    isAllDirty = false
    dirty.clear()
    if (asked.length === 0) return
    try {
      const statuses = await target.status(asked.map(({ handle }) => handle))
      failures = 0
      trouble = undefined
      await mapConcurrently([...asked.entries()], readsAtOnce, async ([index, each]) => {
        const status = statuses[index]
        if (status !== undefined) await see(each, status)
      })
    } catch (error) {
      if (closing.aborted) return
      failures++
      trouble = error instanceof Error ? error.message : String(error)
      for (const { job } of asked) parts.setReason(job, `"${parts.name}" does not answer: ${trouble}`)
      if (!isUnreachable(error)) parts.warn(`the target ${parts.name} could not be asked`, error)
    }
  }

  async function see({ job, attempt, handle }: Asked, status: TargetStatus): Promise<void> {
    await parts.take(job, { kind: 'seen', attempt, status, at: parts.now() })
    if (status.state === 'waiting') parts.setReason(job, status.reason)
    if (status.state !== 'running') return
    parts.setReason(job, '')
    void bring(job, handle)
  }

  /** Beside the looking, for a long output of one job is not to delay what is known of the others. */
  async function bring(job: LiveJob, handle: JobHandle): Promise<void> {
    if (bringing.has(job)) return void bringing.set(job, true)
    bringing.set(job, false)
    try {
      await parts.output.bring(job, target)
    } catch (error) {
      if (!isUnreachable(error) && !closing.aborted) parts.warn(`job ${job.jobId}: its output could not be read`, error)
    }
    const hasMore = bringing.get(job) === true
    bringing.delete(job)
    if (!hasMore) return
    dirty.add(handle)
    schedule(rest())
  }

  /** News of a job that runs are mostly output, which need not wait until a cluster has said that it still runs. */
  function bringAtOnce(handle: JobHandle): void {
    const job = parts.list().find(({ record: { state } }) => state.attempts.at(-1)?.handle === handle)
    if (job?.record.state.phase === 'running') void bring(job, handle)
  }

  function doDuties(job: LiveJob): void {
    if (job.workCount > 0) return
    const isCancelKnown = parts.now() - (job.cancelledAt ?? -Infinity) < cancelAgainMs
    const duties = listDuties(job.record.state)
    parts.enqueue(job, isCancelKnown ? duties.filter(({ kind }) => kind !== 'cancel') : duties)
  }

  if (parts.list().length > 0) schedule(0)
  const watching = target.watch((handle) => {
    if (handle === undefined) isAllDirty = true
    else {
      dirty.add(handle)
      bringAtOnce(handle)
    }
    schedule(rest())
  })
  return {
    notice({ record: { state } }) {
      const handle = state.attempts.at(-1)?.handle
      // Whoever watches the target may have been told before the handle was known here.
      if (target.pollMs === 0 && state.phase === 'submitted' && handle !== undefined) dirty.add(handle)
      schedule(nextPause())
    },
    get trouble() {
      return trouble
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      watching[Symbol.dispose]()
    },
  }
}
