import type { JobExit } from '../../protocol/jobs.ts'
import type { TargetStatus } from '../target.ts'
import { wrapperExits } from '../wrapper/job-folder.ts'
import type { FolderState } from './job-folders.ts'
import { causeOf } from './slurm-accounts.ts'
import type { AccountEntry } from './slurm-accounts.ts'
import type { QueueEntry } from './slurm-queue.ts'
import { explainWaiting } from './slurm-reasons.ts'

/** All that is known of one attempt. After a submission that left doubt there may be two entries of one name. */
export interface SlurmEvidence {
  readonly queue: readonly QueueEntry[]
  readonly folder: FolderState
  /** Empty when they were not asked, and for a while after a job has begun. */
  readonly accounts: readonly AccountEntry[]
  /** The accounts have had their time: there may be none. */
  readonly isLate?: boolean
}

/** What is known of an attempt that the queue says is not over; undefined when only its folder or the accounts can tell. */
export function liveStatus(queue: readonly QueueEntry[]): TargetStatus | undefined {
  const live = queue.filter(({ state }) => causeOf(state) === undefined && state !== 'CG')
  const running = live.find(({ state }) => state !== 'PD' && state !== 'CF')
  if (running !== undefined) return { state: 'running', startedAt: running.startsAt ?? running.submittedAt }
  const [waiting] = live
  if (waiting === undefined) return undefined
  const reason = waiting.state === 'CF' ? 'waits for its nodes to be prepared' : explainWaiting(waiting)
  return { state: 'waiting', reason }
}

/** Whether the accounts have to be asked, which costs a database query. */
export function needsAccounts({ folder }: Pick<SlurmEvidence, 'folder'>): boolean {
  return folder.state !== 'ended' || folder.record.cause === 'preempted'
}

/**
 * What became of an attempt that is not live: the wrapper's record first, then Slurm's accounts, then its queue.
 * Undefined when none of them knows an end.
 */
export function settledStatus(evidence: SlurmEvidence): TargetStatus | undefined {
  const { folder, queue } = evidence
  const isClosing = queue.some(({ state }) => state === 'CG')
  const said = endSaid(evidence)
  if (folder.state === 'ended') {
    const { startedAt, ...exit } = folder.record
    if (exit.cause !== 'preempted') return { state: 'ended', startedAt, exit }
    // The wrapper has only seen that somebody else sent SIGTERM; Slurm knows who and why.
    if (isClosing) return { state: 'running', startedAt }
    const cause = said === undefined || said.exit.cause === 'exited' ? exit.cause : said.exit.cause
    return { state: 'ended', startedAt, exit: { ...exit, cause } }
  }
  const closing = queue.find(({ state }) => state === 'CG')
  // Slurm has closed its accounts at the first signal; the command may yet go on until the second.
  if (closing !== undefined) return { state: 'running', startedAt: closing.startsAt ?? closing.submittedAt }
  if (said !== undefined) {
    const isRefused = folder.state === 'claimed' && said.exit.exitCode === wrapperExits.refused
    const { startedAt } = folder.state === 'claimed' ? folder : said
    const times = startedAt === undefined || startedAt === 0 ? {} : { startedAt }
    return { state: 'ended', ...times, exit: isRefused ? { ...said.exit, cause: 'lost' } : said.exit }
  }
  return undefined
}

/** The end as Slurm tells it, of the attempt's latest job. */
function endSaid({
  accounts,
  queue,
  folder,
  isLate = false,
}: SlurmEvidence): { startedAt?: number; exit: JobExit } | undefined {
  const latest = accounts.at(-1)
  if (latest?.exit !== undefined) return endOf(latest, latest.exit)
  const earlier = accounts.findLast(({ exit }) => exit !== undefined && exit.cause !== 'preempted')
  // Cancelled by nobody: its node could not be reached when it was to start, or its controller has started anew.
  const isByNobody = latest?.state === 'CANCELLED'
  const inQueue = isByNobody ? undefined : endInQueue(queue)
  // The queue knows no exit code of what has failed; the accounts are to have it in a moment.
  const isUnknown = inQueue?.exit.cause === 'exited' && inQueue.exit.exitCode === null
  if (isUnknown && !isLate && folder.state === 'claimed') return undefined
  // The accounts come after the queue; the end that they have may be that of an earlier start.
  return inQueue ?? (earlier?.exit && endOf(earlier, earlier.exit))
}

function endOf({ startedAt }: AccountEntry, exit: JobExit): { startedAt?: number; exit: JobExit } {
  return { ...(startedAt === undefined ? {} : { startedAt }), exit }
}

function endInQueue(queue: readonly QueueEntry[]): { exit: JobExit } | undefined {
  const entry = queue.at(-1)
  const cause = entry === undefined ? undefined : causeOf(entry.state)
  if (entry === undefined || cause === undefined) return undefined
  const exitCode = entry.state === 'CD' ? 0 : null
  return { exit: { exitCode, signal: null, cause, endedAt: entry.endedAt ?? entry.submittedAt } }
}
