import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, RunwrightError } from '../protocol/errors.ts'
import { hasEnded, type RunStatus } from '../protocol/runs.ts'
import type { JobExit } from '../protocol/jobs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { attemptEnvironment, type TrackingServer } from './attempt-environment.ts'
import type { JobOutput } from './job-output.ts'
import type { JobEffect, JobEvent } from './job-state.ts'
import { launchedCommand } from './launcher.ts'
import type { LiveJob } from './live-jobs.ts'
import type { AttemptKey, ComputeTarget } from './target.ts'

/** What a target says that will have nothing to do with a job; everything else leaves doubt. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'BAD_REQUEST',
  'INVALID_PARAMETER_VALUE',
  'INVALID_STATE',
  'NOT_IMPLEMENTED',
  'PERMISSION_DENIED',
  'RESOURCE_DOES_NOT_EXIST',
])

export interface PerformParts {
  readonly runs: Tracking['runs']
  readonly output: JobOutput
  /** Absolute path of the workspace. */
  readonly workspace: string
  server(): TrackingServer
  now(): number
  targetOf(job: LiveJob): ComputeTarget | undefined
  take(job: LiveJob, event: JobEvent): Promise<void>
  setReason(job: LiveJob, reason: string): void
  warn(message: string, error: unknown): void
  readonly closing: AbortSignal
}

/** After a submission that left doubt, the longer the more there were; a target that is back is used soon. */
const doubtMs = { first: 250, longest: 10_000 }

/** The interpreter of `job-state.ts`: does one effect and takes what came of it. What failed stays a duty of the job. */
export function createPerformer(parts: PerformParts): (job: LiveJob, effect: JobEffect) => Promise<boolean> {
  return async (job, effect) => {
    try {
      if (effect.kind === 'set-run-status') await setRunStatus(parts, job, effect)
      else await ask(parts, job, effect)
      return true
    } catch (error) {
      tell(parts, job, `${effect.kind} failed and is tried again`, error)
      return false
    }
  }
}

function tell({ setReason, warn }: PerformParts, job: LiveJob, what: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  setReason(job, `waits for the target "${job.record.spec.target}": ${message}`)
  if (!isUnreachable(error)) warn(`job ${job.jobId}: ${what}`, error)
}

export function keyOf({ jobId, record }: LiveJob): AttemptKey {
  return `${jobId}-${record.state.attempts.length}`
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof RunwrightError && error.code === 'TEMPORARILY_UNAVAILABLE'
}

type TargetEffect = Exclude<JobEffect, { kind: 'set-run-status' }>

async function ask(parts: PerformParts, job: LiveJob, effect: TargetEffect): Promise<void> {
  const target = parts.targetOf(job)
  const { attempts, isCancelRequested } = job.record.state
  // Something has happened since that says more.
  if (effect.attempt !== attempts.length) return
  if (effect.kind === 'settle' && attempts.at(-1)?.handle === undefined) {
    return parts.take(job, { kind: 'settled', attempt: effect.attempt })
  }
  if (target === undefined) return parts.setReason(job, describeMissingTarget(job))
  switch (effect.kind) {
    case 'submit':
      if (listMissingSecrets(job).length > 0 && !isCancelRequested) return parts.setReason(job, describeSecrets(job))
      return submit(parts, job, target, effect.attempt)
    case 'find':
      return find(parts, job, target, effect.attempt)
    case 'cancel':
      await target.cancel(effect.handle)
      job.cancelledAt = parts.now()
      return
    case 'settle':
      return settle(parts, job, target, effect.attempt)
  }
}

async function submit(parts: PerformParts, job: LiveJob, target: ComputeTarget, attempt: number): Promise<void> {
  const { spec, state } = job.record
  try {
    const handle = await target.submit({
      key: keyOf(job),
      spec: { ...spec, command: launchedCommand(spec) },
      workspace: parts.workspace,
      env: attemptEnvironment(job.record, parts.server()),
      secrets: job.secrets,
      gpus: state.attempts.at(-1)?.gpus ?? [],
    })
    job.doubts = 0
    await parts.take(job, { kind: 'submitted', attempt, handle, at: parts.now() })
  } catch (error) {
    if (error instanceof RunwrightError && refusals.has(error.code)) {
      const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`
      return parts.take(job, { kind: 'refused', attempt, message })
    }
    job.doubts++
    await parts.take(job, { kind: 'doubted', attempt })
    tell(parts, job, 'its submission left doubt', error)
  }
}

async function find(parts: PerformParts, job: LiveJob, target: ComputeTarget, attempt: number): Promise<void> {
  if (job.doubts > 0) {
    const pauseMs = Math.min(doubtMs.first * 2 ** (job.doubts - 1), doubtMs.longest)
    await delay(pauseMs, undefined, { signal: parts.closing, ref: false })
  }
  const handle = await target.find(keyOf(job))
  if (handle === undefined) await parts.take(job, { kind: 'not-found', attempt })
  else await parts.take(job, { kind: 'submitted', attempt, handle, at: parts.now() })
}

async function settle(parts: PerformParts, job: LiveJob, target: ComputeTarget, attempt: number): Promise<void> {
  const handle = job.record.state.attempts.at(-1)?.handle
  if (handle !== undefined) {
    await parts.output.bring(job, target, true)
    await target.forget(handle)
  }
  await parts.take(job, { kind: 'settled', attempt })
}

async function setRunStatus(
  { runs }: PerformParts,
  { record: { runId } }: LiveJob,
  { status, exit }: { readonly status: RunStatus; readonly exit?: JobExit },
): Promise<void> {
  try {
    if (hasEnded(status)) {
      const value = exit === undefined ? undefined : (exit.signal ?? exit.exitCode?.toString())
      return await runs.end(runId, status, [{ key: tagNames.exitCode, value: value ?? 'unknown' }])
    }
    // A command may have ended its run by itself before it was seen to run.
    if (status === 'RUNNING' && (await runs.get(runId)).status !== 'SCHEDULED') return
    await runs.update(runId, { status })
  } catch (error) {
    // A deleted run is not changed any more.
    const isGone =
      error instanceof RunwrightError && /^(RESOURCE_DOES_NOT_EXIST|INVALID_PARAMETER_VALUE)$/.test(error.code)
    if (!isGone) throw error
  }
}

/** Names of secrets that the job needs and that the engine has no value for. */
export function listMissingSecrets({ record, secrets }: Pick<LiveJob, 'record' | 'secrets'>): readonly string[] {
  return record.spec.secrets.filter((name) => !Object.hasOwn(secrets, name))
}

export function describeSecrets(job: LiveJob): string {
  const missing = listMissingSecrets(job)
  const given = missing.map((name) => ` --secret ${name}`).join('')
  return (
    `waits for the value of ${missing.join(', ')}: secrets are held in memory only, and the engine has started anew; ` +
    `give it with "runwright jobs retry ${job.jobId.slice(0, 8)}${given}"`
  )
}

export function describeMissingTarget({ record }: LiveJob): string {
  return `waits for the target "${record.spec.target}", which runwright.yaml does not name any more`
}
