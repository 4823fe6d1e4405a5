import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeEvent } from '../protocol/events.ts'
import type { JobId } from '../protocol/jobs.ts'
import type { JobRecord } from './job-record.ts'
import { type JobEffect, type JobEvent, type JobState, step } from './job-state.ts'
import type { Jobs } from './jobs.ts'

/** A job that has not ended, in memory. */
export interface LiveJob {
  readonly jobId: JobId
  /** As it is stepped; durable in a moment. */
  record: JobRecord
  /** As it was last told: durable, and its run says the same. */
  shown: JobRecord
  /** Of its states, numbered as they came: the last one, and the one that is shown. */
  lastState: number
  shownState: number
  /** Why it waits, in words. */
  reason: string
  /** Values of its secrets, by name; empty after the engine has started anew. */
  secrets: Readonly<Record<string, string>>
  /** What is done for it at its target goes one after another: this is the end of the last one. */
  work: Promise<void>
  /** The end of the last change of its run, and whether it is done. */
  runWork: Promise<boolean>
  /** Rows of effects that are under way or wait in `work`. */
  workCount: number
  /** Submissions of the present attempt that left doubt, one after another. */
  doubts: number
  /** When the target last took a cancellation. */
  cancelledAt?: number
}

export interface LiveJobs {
  find(jobId: JobId): LiveJob | undefined
  /** In the order they were launched. */
  list(): readonly LiveJob[]
  ofTarget(name: string): readonly LiveJob[]
  readonly size: number
  add(record: JobRecord, secrets: Readonly<Record<string, string>>): LiveJob
  /** Takes back an `add` of a job that has ended after all. */
  remove(job: LiveJob): void
  /** Steps the job by an event. Resolves once the new state is durable; its effects are done after that. */
  take(job: LiveJob, event: JobEvent): Promise<void>
  /** Does these as well, in their turn. */
  enqueue(job: LiveJob, effects: readonly JobEffect[]): void
  /** Writes and tells a change that is none of its state, of its priority for example. */
  change(job: LiveJob, record: JobRecord): Promise<void>
  setReason(job: LiveJob, reason: string): void
}

const saveAgainMs = 2000

/** The jobs that have not ended, each with its state as it will be durable in a moment. */
export function createLiveJobs(parts: {
  readonly jobs: Pick<Jobs, 'save'>
  changed(event: ChangeEvent): void
  /** Does one effect and says whether it is done; what follows it is left out otherwise. Never throws. */
  perform(job: LiveJob, effect: JobEffect): Promise<boolean>
  /** Called after a job has got another state, which is durable. */
  stepped(job: LiveJob): void
  warn(message: string, error: unknown): void
  readonly closing: AbortSignal
}): LiveJobs {
  const { jobs, closing } = parts
  const live = new Map<JobId, LiveJob>()

  function tell({ jobId, record }: LiveJob): void {
    const { experimentId, runId } = record
    parts.changed({ kind: 'job-changed', experimentId, runId, jobId })
  }

  /** A state that cannot be written now is written later: nothing is done for it before, and nothing of it is forgotten. */
  async function save(job: LiveJob): Promise<void> {
    while (!closing.aborted) {
      try {
        return await jobs.save(() => job.record)
      } catch (error) {
        if (closing.aborted) return
        parts.warn(`the state of job ${job.jobId} could not be written and is tried again`, error)
        await delay(saveAgainMs, undefined, { signal: closing, ref: false }).catch(() => {})
      }
    }
  }

  function enqueue(job: LiveJob, effects: readonly JobEffect[]): void {
    if (effects.length === 0) return
    job.workCount++
    job.work = job.work.then(async () => {
      for (const effect of effects) if (closing.aborted || !(await parts.perform(job, effect))) break
      job.workCount--
    })
  }

  /** A later state may be stepped already, and even be shown: its end was waited for no longer than that of this one. */
  function show(job: LiveJob, state: JobState, number: number): void {
    if (number < job.shownState) return
    job.shown = { ...job.record, state }
    job.shownState = number
  }

  /** The run first, so that nobody is told of a job whose run says something else. */
  async function follow(job: LiveJob, state: JobState, number: number, effects: readonly JobEffect[]): Promise<void> {
    const [forRun, others] = [effects.filter(isForRun), effects.filter((effect) => !isForRun(effect))]
    for (const effect of forRun) job.runWork = job.runWork.then(() => parts.perform(job, effect))
    const isRunTold = forRun.length === 0 || (await job.runWork)
    if (state.phase === 'ended') live.delete(job.jobId)
    show(job, state, number)
    tell(job)
    parts.stepped(job)
    if (isRunTold) enqueue(job, others)
  }

  return {
    find: (jobId) => live.get(jobId),
    list: () => [...live.values()],
    ofTarget: (name) => [...live.values()].filter(({ record }) => record.spec.target === name),
    get size() {
      return live.size
    },
    add(record, secrets) {
      const job: LiveJob = {
        jobId: record.jobId,
        record,
        shown: record,
        lastState: 0,
        shownState: 0,
        reason: '',
        secrets,
        work: Promise.resolve(),
        runWork: Promise.resolve(true),
        workCount: 0,
        doubts: 0,
      }
      live.set(job.jobId, job)
      return job
    },
    remove: (job) => void live.delete(job.jobId),
    async take(job, event) {
      const { state, effects } = step(job.record.state, event)
      if (closing.aborted || (state === job.record.state && effects.length === 0)) return
      job.workCount++
      let number = job.lastState
      if (state !== job.record.state) {
        number = job.lastState += 1
        job.record = { ...job.record, state }
        job.reason = ''
        await save(job)
      }
      if (!closing.aborted) await follow(job, state, number, effects)
      job.workCount--
    },
    enqueue,
    async change(job, record) {
      job.record = record
      await save(job)
      show(job, job.shown.state, job.shownState)
      tell(job)
    },
    setReason(job, reason) {
      if (job.reason === reason) return
      job.reason = reason
      tell(job)
    },
  }
}

function isForRun({ kind }: JobEffect): boolean {
  return kind === 'set-run-status'
}
