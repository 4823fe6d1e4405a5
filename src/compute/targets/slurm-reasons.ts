import type { QueueEntry } from './slurm-queue.ts'

/**
 * Why a job waits, by the start of Slurm's word for it, the first that fits.
 *
 * @see https://slurm.schedmd.com/job_reason_codes.html
 */
const explanations: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^Resources$/, 'is the next in line and waits for nodes to become free'],
  [/^Priority$/, 'waits behind jobs of higher priority'],
  [/^Dependency$/, 'waits for another job to end'],
  [/^DependencyNeverSatisfied$/, 'waits for a job that ended in another way; it will never start'],
  [/^BeginTime$/, 'waits for the time it may begin'],
  [/^JobHeldUser$/, 'is held; `scontrol release` lets it go on'],
  [/^JobHeldAdmin$|^JobHoldMaxRequeue$/, 'is held by an administrator'],
  [/^(launch failed requeued held|job requeued in held state)$/, 'is held because its node could not start it'],
  [/^PartitionNodeLimit$/, 'asks for more nodes than the partition allows; it will not start'],
  [/^PartitionTimeLimit$/, 'asks for more time than the partition allows; it will not start'],
  [/^PartitionDown$|^PartitionInactive$/, 'waits for its partition, which is out of service'],
  [/^ReqNodeNotAvail|^NodeDown$|^BadConstraints$/, 'waits for nodes that are not available'],
  [/^Reservation/, 'waits for its reservation'],
  [/^Licenses$/, 'waits for a licence'],
  [/^QOSMax|^QOSGrp|^MaxQOS|^QOSResourceLimit|^QOSUsage|^QOSTimeLimit|^QOSJobLimit/, 'waits for a limit of its QOS'],
  [/^QOSNotAllowed$|^InvalidQOS$/, 'asks for a QOS that it may not use; it will not start'],
  [/^InvalidAccount$/, 'asks for an account that it may not use; it will not start'],
  [/^Assoc|^AssociationResourceLimit/, "waits for a limit of its user's account"],
  [/^JobArrayTaskLimit$/, 'waits for tasks of its array to end'],
  [/^Cleaning$/, 'waits for its earlier run to be cleaned up'],
  [/^Prolog$/, 'is being prepared on its node'],
  [/^None$|^\(null\)$|^$/, 'waits for the scheduler to look at it'],
]

/** As `waits behind jobs of higher priority (Priority); expected at 2026-11-24 14:20`, in the reader's time zone. */
export function explainWaiting({ reason, startsAt }: Pick<QueueEntry, 'reason' | 'startsAt'>): string {
  const known = explanations.find(([pattern]) => pattern.test(reason))?.[1]
  const isNamed = reason !== 'None' && reason !== '(null)' && reason !== ''
  const words = `${known ?? 'waits'}${isNamed ? ` (${reason})` : ''}`
  return startsAt === undefined ? words : `${words}; expected at ${timeFormat.format(startsAt)}`
}

/** Made once: a queue may have thousands of times. */
const timeFormat = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
