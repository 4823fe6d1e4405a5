import type { ExperimentId } from '../../protocol/ids.ts'
import type { JobId, JobResources } from '../../protocol/jobs.ts'

export interface QueuedJob {
  readonly jobId: JobId
  readonly experimentId: ExperimentId
  /** Higher goes first. -100 … 100. */
  readonly priority: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number
  readonly resources: JobResources
  /** When someone put it before all others. */
  readonly promotedAt?: number
}

/**
 * So long does a job wait until it stands equal to one whose priority is a point higher. Everything else that can put
 * a job before another is bounded, so whoever waits long enough goes first: nobody starves.
 */
const pointMs = 7 * 24 * 3600 * 1000

/** The queue in the order in which its jobs may start. The order of what is left changes with what has started. */
export interface QueueOrder {
  /** Takes out the job that goes next; undefined at the end. */
  next(): QueuedJob | undefined
  /** `share` is the part of the machine, 0 … 1, that the experiment has got in addition. */
  addShare(experimentId: ExperimentId, share: number): void
}

/**
 * Promoted jobs first, the latest of them before the others. Then higher priority; among equals the experiment that has
 * less of the machine (its dominant share, as in Ghodsi et al., “Dominant Resource Fairness”, NSDI 2011); within an
 * experiment the older job. As one sum of waiting times, with a share of the whole machine worth as much as a point of
 * priority. A job for which room is kept goes before all of its priority until it has started: were it to lose its turn
 * with every change of the shares, GPUs would be emptied for it in vain.
 *
 * @param shares the part of the machine, 0 … 1, that each experiment has now
 */
export function orderQueue(
  queued: readonly QueuedJob[],
  shares: ReadonlyMap<ExperimentId, number>,
  now: number,
  kept?: JobId,
): QueueOrder {
  const lines = new Map<ExperimentId, Line>()
  const first = standingOfKept(queued, kept, now)
  for (const [experimentId, jobs] of Map.groupBy(queued, ({ experimentId }) => experimentId)) {
    const ranked = jobs
      .map((job) => ({ job, isKept: job.jobId === kept, standing: job.jobId === kept ? first : standingOf(job, now) }))
      .toSorted(compareRanks)
    const line = { ranked, at: 0, share: shares.get(experimentId) ?? 0, head: undefined }
    lines.set(experimentId, line)
    refreshHead(line)
  }
  return {
    next() {
      let best: Line | undefined
      for (const line of lines.values()) {
        if (line.head === undefined) continue
        if (best?.head === undefined || compareRanks(line.head, best.head) < 0) best = line
      }
      const job = best?.head?.job
      if (best === undefined) return undefined
      best.at += 1
      refreshHead(best)
      if (job !== undefined && best.head === undefined) lines.delete(job.experimentId)
      return job
    },
    addShare(experimentId, share) {
      const line = lines.get(experimentId)
      if (line === undefined) return
      line.share += share
      refreshHead(line)
    },
  }
}

/** The jobs of one experiment, whose order among themselves does not change. */
interface Line {
  readonly ranked: readonly Rank[]
  /** How many of them have been taken. */
  at: number
  share: number
  /** The next of them, as it stands with the experiment's share. */
  head: Rank | undefined
}

function refreshHead(line: Line): void {
  const next = line.ranked[line.at]
  line.head = next && (next.isKept ? next : { ...next, standing: next.standing - pointMs * Math.min(1, line.share) })
}

interface Rank {
  readonly job: QueuedJob
  readonly isKept: boolean
  /** Milliseconds of waiting that it is worth. */
  readonly standing: number
}

/** Before all others of its priority, whatever their experiments have, and behind those of a higher one. */
function standingOfKept(queued: readonly QueuedJob[], kept: JobId | undefined, now: number): number {
  const job = queued.find(({ jobId }) => jobId === kept)
  const equals = queued.filter(({ priority }) => priority === job?.priority)
  return 1 + equals.reduce((most, equal) => Math.max(most, standingOf(equal, now)), -Infinity)
}

function standingOf(job: QueuedJob, now: number): number {
  return job.priority * pointMs + (now - job.createdAt)
}

/** For how long a job has waited, in milliseconds; points of priority count, and a promoted job has waited for ever. */
export function waitedTime({ createdAt, priority, promotedAt }: QueuedJob, now: number): number {
  return promotedAt === undefined ? now - createdAt + Math.max(0, priority) * pointMs : Infinity
}

/** The id decides last, so that the order is the same whenever it is asked for. */
function compareRanks({ job: a, standing }: Rank, { job: b, standing: otherStanding }: Rank): number {
  return (
    (b.promotedAt ?? 0) - (a.promotedAt ?? 0) ||
    otherStanding - standing ||
    a.createdAt - b.createdAt ||
    (a.jobId < b.jobId ? -1 : 1)
  )
}
