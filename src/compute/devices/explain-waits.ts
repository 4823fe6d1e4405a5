import type { JobId } from '../../protocol/jobs.ts'
import type { QueuedJob } from './queue-order.ts'
import { findFirstRoom, foreseePools, type Holding } from './reservation.ts'
import { type Demand, findPlace, type ResourcePool } from './resource-pool.ts'
import { nameShortage } from './wait-reason.ts'

/** A job that a plan does not start. */
export interface HeldBack {
  readonly job: QueuedJob
  readonly demand: Demand
  /** What it asks for that the machine does not have at all. */
  readonly excess?: string
}

export interface WaitingJob {
  readonly jobId: JobId
  /** As `waits for 24 GiB on one GPU`, without the time. It changes only when what it says has changed. */
  readonly reason: string
  /**
   * When the time limits of running jobs will have made room, in milliseconds since 1970-01-01 UTC. Missing where one of
   * them has none, and where jobs with the same needs go first.
   */
  readonly freeAt?: number
  /** It asks for more than the machine has, and never starts here. */
  readonly isTooLarge: boolean
}

interface Decided {
  readonly input: { readonly now: number }
  /** What is left once all that start have started. */
  readonly pool: ResourcePool
  readonly holdings: readonly Holding[]
  /** In the order of the queue. */
  readonly heldBack: readonly HeldBack[]
  readonly reservation?: { readonly jobId: JobId }
}

/** Why each job waits, in words. Jobs that need the same are looked at once. */
export function explainWaits({ input, pool, holdings, heldBack, reservation }: Decided): readonly WaitingJob[] {
  const first = heldBack.find(({ excess }) => excess === undefined)?.job.jobId
  const futures = foreseePools(pool, holdings, input.now)
  const seen = new Map<string, string>()
  return heldBack.map(({ job: { jobId }, demand, excess }) => {
    if (excess !== undefined) return { jobId, reason: excess, isTooLarge: true }
    const key = `${demand.gpus} ${demand.gpuMemoryBytes} ${demand.cpus} ${demand.memoryBytes}`
    const before = seen.get(key)
    if (before !== undefined) return { jobId, reason: before, isTooLarge: false }
    const isNext = jobId === (reservation?.jobId ?? first)
    const shortage = nameShortage(demand, pool)
    const behind = `waits behind other jobs for ${shortage}`
    seen.set(key, behind)
    if (findPlace(pool, demand) !== undefined) return { jobId, reason: behind, isTooLarge: false }
    const future = findFirstRoom(futures, demand)
    if (future === undefined) {
      const reason = `waits for ${shortage}, which other programs use`
      seen.set(key, reason)
      return { jobId, reason, isTooLarge: false }
    }
    const freeAt = future.isCertain ? { freeAt: future.at } : {}
    return { jobId, reason: isNext ? `waits for ${shortage}` : behind, ...freeAt, isTooLarge: false }
  })
}
