import type { ExperimentId } from '../../protocol/ids.ts'
import type { JobId } from '../../protocol/jobs.ts'
import type { LeasedResources } from '../target.ts'

export interface QueuedJob {
  readonly jobId: JobId
  readonly experimentId: ExperimentId
  /** Higher goes first. -100 … 100. */
  readonly priority: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number
  readonly resources: LeasedResources
  readonly timeLimitSeconds?: number
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
 * Higher priority first; among equals the experiment that has less of the machine (its dominant share, as in Ghodsi et
 * al., “Dominant Resource Fairness”, NSDI 2011); within an experiment the older job. As one sum of waiting times, with
 * a share of the whole machine worth as much as a point of priority.
 *
 * @param shares the part of the machine, 0 … 1, that each experiment has now
 */
export function orderQueue(
  queued: readonly QueuedJob[],
  shares: ReadonlyMap<ExperimentId, number>,
  now: number,
): QueueOrder {
  const lines = [...Map.groupBy(queued, ({ experimentId }) => experimentId)].map(([experimentId, jobs]) => ({
    experimentId,
    jobs: jobs.toSorted(compareWithinExperiment(now)),
    at: 0,
    share: shares.get(experimentId) ?? 0,
  }))
  return {
    next() {
      let best: { readonly line: (typeof lines)[number]; readonly job: QueuedJob; readonly rank: number } | undefined
      for (const line of lines) {
        const job = line.jobs[line.at]
        if (job === undefined) continue
        const rank = standing(job, now) - pointMs * Math.min(1, line.share)
        if (best === undefined || rank > best.rank || (rank === best.rank && isBefore(job, best.job))) {
          best = { line, job, rank }
        }
      }
      if (best !== undefined) best.line.at += 1
      return best?.job
    },
    addShare(experimentId, share) {
      const line = lines.find((line) => line.experimentId === experimentId)
      if (line !== undefined) line.share += share
    },
  }
}

function standing(job: QueuedJob, now: number): number {
  return job.priority * pointMs + (now - job.createdAt)
}

function compareWithinExperiment(now: number): (a: QueuedJob, b: QueuedJob) => number {
  return (a, b) => standing(b, now) - standing(a, now) || (isBefore(a, b) ? -1 : 1)
}

/** For jobs that stand equal: any order will do that is always the same. */
function isBefore(a: QueuedJob, b: QueuedJob): boolean {
  return a.createdAt === b.createdAt ? a.jobId < b.jobId : a.createdAt < b.createdAt
}
