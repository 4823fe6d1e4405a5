import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { Job, JobAttempt, JobId, JobSpec } from '../protocol/jobs.ts'
import { type AttemptState, type JobState, statusOf } from './job-state.ts'

/** A job as the engine keeps it. */
export interface JobRecord {
  readonly jobId: JobId
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly spec: JobSpec
  /** Milliseconds since 1970-01-01 UTC, as all times here. */
  readonly createdAt: number
  /** When someone put it before all others; the latest is the first. */
  readonly promotedAt?: number
  readonly state: JobState
}

/** As it goes over the wire; `reason` is why it waits. */
export function toJob(record: JobRecord, reason: string): Job {
  const { jobId, runId, experimentId, name, spec, createdAt, promotedAt, state } = record
  return {
    jobId,
    runId,
    experimentId,
    name,
    spec,
    createdAt,
    ...(promotedAt === undefined ? {} : { promotedAt }),
    status: statusOf(state),
    reason: state.outcome?.reason ?? reason,
    isCancelRequested: state.isCancelRequested,
    attempts: state.attempts.map(toAttempt),
  }
}

function toAttempt({ number, handle, gpus, submittedAt, startedAt, exit }: AttemptState): JobAttempt {
  return {
    number,
    ...(handle === undefined ? {} : { handle }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(submittedAt === undefined ? {} : { submittedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(exit === undefined ? {} : { exit }),
  }
}
