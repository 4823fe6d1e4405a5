import { isAttemptKey } from './attempt-key.ts'
import type { AttemptKey } from '../target.ts'

/** One line of `squeue`: what the controller knows of a job that waits, runs, or ended a little while ago. */
export interface QueueEntry {
  readonly jobId: string
  /** The compact code, as `PD`. */
  readonly state: string
  /** Milliseconds since 1970-01-01 UTC, as all times here. */
  readonly submittedAt: number
  /** When it began or is expected to; absent where Slurm does not say. */
  readonly startsAt?: number
  readonly endedAt?: number
  /** Slurm's own word, as `Resources`. */
  readonly reason: string
  readonly key: AttemptKey
}

/** Fixed columns; the name stands last. Its times are seconds where SLURM_TIME_FORMAT is `%s`. */
const queueFormat = '%i|%t|%V|%S|%e|%r|%j'

/** One question for all jobs of this user, those that ended a while ago too; other users' jobs are not sent. */
export const queueCommand: readonly string[] = [
  'sh',
  '-c',
  `SLURM_TIME_FORMAT=%s; export SLURM_TIME_FORMAT; exec squeue -h -t all -u "$(id -un)" -o '${queueFormat}'`,
]

/** Reads what `queueCommand` writes. Jobs that are not named by a key are the user's own and left out. */
export function parseQueue(text: string): QueueEntry[] {
  return text.split('\n').flatMap((line) => {
    const [jobId = '', state = '', submitted = '', starts = '', ends = '', reason = '', ...name] = line.split('|')
    const key = name.join('|')
    const submittedAt = parseSlurmTime(submitted)
    if (!isAttemptKey(key) || submittedAt === undefined) return []
    const startsAt = parseSlurmTime(starts)
    const endedAt = parseSlurmTime(ends)
    const times = { ...(startsAt === undefined ? {} : { startsAt }), ...(endedAt === undefined ? {} : { endedAt }) }
    return [{ jobId, state, submittedAt, ...times, reason, key }]
  })
}

/** Seconds since 1970 to milliseconds; `N/A`, `NONE`, `Unknown` and the like are none. */
export function parseSlurmTime(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) && text !== '0' ? Number(text) * 1000 : undefined
}
