import { isRecord } from '../protocol/json.ts'
import { parseExperimentId } from '../protocol/ids.ts'
import { parseJobId } from '../protocol/jobs.ts'
import type { JobExit, JobSpec } from '../protocol/jobs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findNumber, findText, getNumber, getText } from '../store/row.ts'
import { toRunId } from '../tracking/run-rows.ts'
import type { JobRecord } from './job-record.ts'
import { type AttemptState, jobPhases, type JobOutcome, type JobState } from './job-state.ts'

/** Gives rows of `jobs` their attempts, in one statement. */
export async function loadJobs(sql: Sql, rows: readonly SqlRow[]): Promise<JobRecord[]> {
  const attempts = await sql.all(
    'select * from job_attempts where job in (select cast(value as bigint) from json_each(?)) order by job, number',
    JSON.stringify(rows.map((row) => getNumber(row, 'id'))),
  )
  const attemptsOf = Map.groupBy(attempts, (row) => getNumber(row, 'job'))
  return rows.map((row) => toRecord(row, (attemptsOf.get(getNumber(row, 'id')) ?? []).map(toAttempt)))
}

function toRecord(row: SqlRow, attempts: readonly AttemptState[]): JobRecord {
  const jobId = parseJobId(getText(row, 'job_id'))
  const experimentId = parseExperimentId(getText(row, 'experiment_id'))
  if (jobId === undefined || experimentId === undefined) throw new TypeError('A job has no proper ids.')
  const promotedAt = findNumber(row, 'promoted_at')
  return {
    jobId,
    experimentId,
    runId: toRunId(getText(row, 'run_id')),
    name: getText(row, 'name'),
    // SAFETY: written by `insertJob` from a spec that the wire's parser had checked.
    spec: JSON.parse(getText(row, 'spec')) as JobSpec,
    createdAt: getNumber(row, 'created_at'),
    ...(promotedAt === undefined ? {} : { promotedAt }),
    state: toState(row, attempts),
  }
}

function toState(row: SqlRow, attempts: readonly AttemptState[]): JobState {
  const named = getText(row, 'phase')
  const phase = jobPhases.find((known) => known === named)
  if (phase === undefined) throw new TypeError(`A job is in the phase ${named}.`)
  const status = findText(row, 'outcome_status')
  return {
    phase,
    isDoubtful: getNumber(row, 'is_doubtful') === 1,
    isCancelRequested: getNumber(row, 'is_cancel_requested') === 1,
    retriesLeft: getNumber(row, 'retries_left'),
    attempts,
    // SAFETY: written by `writeJobState` from an outcome.
    ...(status === undefined ? {} : { outcome: { status, reason: getText(row, 'outcome_reason') } as JobOutcome }),
  }
}

function toAttempt(row: SqlRow): AttemptState {
  const [handle, exit] = [findText(row, 'handle'), findText(row, 'exit')]
  const [submittedAt, startedAt] = [findNumber(row, 'submitted_at'), findNumber(row, 'started_at')]
  const gpus: unknown = JSON.parse(getText(row, 'gpus'))
  return {
    number: getNumber(row, 'number'),
    logOffset: getNumber(row, 'log_offset'),
    ...(handle === undefined ? {} : { handle }),
    ...(Array.isArray(gpus) && gpus.length > 0 ? { gpus: gpus.map(String) } : {}),
    ...(submittedAt === undefined ? {} : { submittedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(exit === undefined ? {} : { exit: parseExit(exit) }),
  }
}

function parseExit(text: string): JobExit {
  const exit: unknown = JSON.parse(text)
  if (!isRecord(exit)) throw new TypeError('The end of an attempt is no record.')
  // SAFETY: written by `writeJobState` from an exit.
  return exit as unknown as JobExit
}

export async function insertJob(sql: Sql, job: JobRecord, launchKey: string): Promise<void> {
  await sql.run(
    `insert into jobs (job_id, launch_key, run_id, experiment_id, name, spec, created_at, phase, is_doubtful,
       is_cancel_requested, retries_left) values (?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, 0)`,
    job.jobId,
    launchKey,
    job.runId,
    job.experimentId,
    job.name,
    JSON.stringify(job.spec),
    job.createdAt,
  )
  await writeJobState(sql, job)
}

/** Where the job stands, with its last attempt; earlier ones do not change any more. */
export async function writeJobState(sql: Sql, { jobId, state, promotedAt }: JobRecord): Promise<void> {
  await sql.run(
    `update jobs set phase = ?, is_doubtful = ?, is_cancel_requested = ?, retries_left = ?, outcome_status = ?,
       outcome_reason = ?, promoted_at = ? where job_id = ?`,
    state.phase,
    Number(state.isDoubtful),
    Number(state.isCancelRequested),
    state.retriesLeft,
    state.outcome?.status ?? null,
    state.outcome?.reason ?? null,
    promotedAt ?? null,
    jobId,
  )
  const attempt = state.attempts.at(-1)
  if (attempt === undefined) return
  await sql.run(
    `insert into job_attempts (job, number, handle, gpus, submitted_at, started_at, exit, log_offset)
       select id, ?, ?, ?, ?, ?, ?, ? from jobs where job_id = ?
       on conflict (job, number) do update set handle = excluded.handle, submitted_at = excluded.submitted_at,
         started_at = excluded.started_at, exit = excluded.exit`,
    attempt.number,
    attempt.handle ?? null,
    JSON.stringify(attempt.gpus ?? []),
    attempt.submittedAt ?? null,
    attempt.startedAt ?? null,
    attempt.exit === undefined ? null : JSON.stringify(attempt.exit),
    attempt.logOffset,
    jobId,
  )
}
