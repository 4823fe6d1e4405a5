import { constants } from 'node:os'
import type { JobExit } from '../../protocol/jobs.ts'
import type { AttemptKey } from '../target.ts'
import { isAttemptKey } from './attempt-key.ts'
import { parseSlurmTime } from './slurm-queue.ts'

/** One line of `sacct`: what Slurm's accounts hold of a job. */
export interface AccountEntry {
  readonly jobId: string
  readonly key: AttemptKey
  /** The long word, as `OUT_OF_MEMORY`. */
  readonly state: string
  readonly submittedAt: number
  readonly startedAt?: number
  /** Present once it has ended. */
  readonly exit?: JobExit
}

const accountColumns = 'JobIDRaw,State,ExitCode,Submit,Start,End,JobName'

/**
 * One question for these jobs, however long ago they were. Earlier lives of an id that was used again come too, with
 * `--duplicates`: the name tells whose life it was.
 */
export function accountCommand(jobIds: readonly string[]): string[] {
  const words = ['sacct', '-n', '-P', '-X', '-D', '-j', jobIds.join(','), '-o', accountColumns]
  return ['env', 'SLURM_TIME_FORMAT=%s', ...words]
}

/** Reads what `accountCommand` writes; jobs that are not ours are left out. */
export function parseAccounts(text: string): AccountEntry[] {
  return text.split('\n').flatMap((line) => {
    const [jobId = '', said = '', codes = '', submitted = '', started = '', ended = '', ...name] = line.split('|')
    const key = name.join('|')
    const submittedAt = parseSlurmTime(submitted)
    if (!isAttemptKey(key) || submittedAt === undefined) return []
    // `CANCELLED by 1000` names who did it.
    const state = said.split(' ', 1)[0] ?? ''
    const startedAt = parseSlurmTime(started)
    const endedAt = parseSlurmTime(ended)
    // Without a name it was nobody: a controller that had started anew closed the accounts of what it did not know.
    const cause = said === 'CANCELLED' ? undefined : causeOf(state)
    return [
      {
        jobId,
        key,
        state,
        submittedAt,
        ...(startedAt === undefined ? {} : { startedAt }),
        ...(cause === undefined || endedAt === undefined ? {} : { exit: { ...parseExitCode(codes), cause, endedAt } }),
      },
    ]
  })
}

/**
 * How a job ended by Slurm's word for its state, compact or long; undefined while it has not. A node that failed may
 * still run the command where nobody sees it, so that is `lost`, and not tried again by itself.
 *
 * @see https://slurm.schedmd.com/squeue.html, "Job state codes"
 */
export function causeOf(state: string): JobExit['cause'] | undefined {
  return Object.hasOwn(causes, state) ? causes[state] : undefined
}

const causes: Readonly<Record<string, JobExit['cause']>> = {
  COMPLETED: 'exited',
  CD: 'exited',
  FAILED: 'exited',
  F: 'exited',
  CANCELLED: 'cancelled',
  CA: 'cancelled',
  TIMEOUT: 'time-limit',
  TO: 'time-limit',
  DEADLINE: 'time-limit',
  DL: 'time-limit',
  OUT_OF_MEMORY: 'out-of-memory',
  OOM: 'out-of-memory',
  PREEMPTED: 'preempted',
  PR: 'preempted',
  NODE_FAIL: 'lost',
  NF: 'lost',
  BOOT_FAIL: 'lost',
  BF: 'lost',
  REVOKED: 'lost',
  RV: 'lost',
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** `7:0` is exit code 7, `0:9` an end by signal 9. */
function parseExitCode(text: string): Pick<JobExit, 'exitCode' | 'signal'> {
  const [code = Number.NaN, signal = 0] = text.split(':').map(Number)
  if (signal > 0) return { exitCode: null, signal: signalNames.get(signal) ?? `signal ${signal}` }
  return { exitCode: Number.isInteger(code) ? code : null, signal: null }
}
