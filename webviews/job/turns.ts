import { hasJobEnded, type Job, type JobExit } from '../../src/protocol/jobs.ts'

/** Something that a job came to. */
export interface Turn {
  /**
   * `launched` and `waiting` (for an attempt after the first) last until its target has the attempt, `submitted` until
   * its command runs, `running` until its end.
   */
  readonly kind: 'launched' | 'waiting' | 'submitted' | 'running' | 'ended'
  /** From 1. */
  readonly attempt: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly from: number
  /** Missing while it lasts, and where nobody knows. */
  readonly to?: number
  /** Of `ended`. */
  readonly exit?: JobExit
  /** It is what the job does now. */
  readonly isNow: boolean
}

/** All that a job came to, in the order in which it did. */
export function listTurns({ createdAt, attempts, status }: Job): readonly Turn[] {
  const turns: Omit<Turn, 'isNow'>[] = []
  let since = createdAt
  const wait = (attempt: number, to: number | undefined) =>
    turns.push({ kind: attempt === 1 ? 'launched' : 'waiting', attempt, from: since, ...until(to) })
  for (const { number, submittedAt, startedAt, exit } of attempts) {
    wait(number, submittedAt ?? startedAt ?? exit?.endedAt)
    if (submittedAt !== undefined) {
      turns.push({ kind: 'submitted', attempt: number, from: submittedAt, ...until(startedAt ?? exit?.endedAt) })
    }
    if (startedAt !== undefined) {
      turns.push({ kind: 'running', attempt: number, from: startedAt, ...until(exit?.endedAt) })
    }
    if (exit === undefined) continue
    turns.push({ kind: 'ended', attempt: number, from: exit.endedAt, exit })
    since = exit.endedAt
  }
  const isLive = !hasJobEnded(status)
  const last = attempts.at(-1)
  if (last === undefined) wait(1, undefined)
  else if (isLive && last.exit !== undefined) wait(last.number + 1, undefined)
  return turns.map((turn, index) => ({ ...turn, isNow: isLive && index === turns.length - 1 }))
}

function until(to: number | undefined): { to?: number } {
  return to === undefined ? {} : { to }
}
