import type { JobId } from '../../protocol/jobs.ts'
import { explainWaits, type HeldBack, type WaitingJob } from './explain-waits.ts'
import { type Machine, openPool, type RunningJob, shareOf, sumShares } from './machine.ts'
import { orderQueue, type QueuedJob, waitedTime } from './queue-order.ts'
import { foreseePools, type Holding, idleTime, type Reservation, reserve } from './reservation.ts'
import { type Demand, findPlace, meetPools, type ResourcePool, takePlace, toDemand } from './resource-pool.ts'
import { describeExcess } from './wait-reason.ts'

export interface PlanInput extends Machine {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number
  /** In any order. */
  readonly queued: readonly QueuedJob[]
  /** The job for which the plan before this one kept room; it keeps its turn. */
  readonly kept?: JobId
}

export interface Start {
  readonly jobId: JobId
  /** UUIDs of its GPUs: as many as it asks for. */
  readonly gpus: readonly string[]
}

export interface Plan {
  /** In the order of the queue. */
  readonly start: readonly Start[]
  /** All others, in the order of the queue. */
  readonly waiting: readonly WaitingJob[]
  /** The job for which room is kept, and what is kept. */
  readonly reserved?: Start & { readonly at: number }
}

/** What one plan has decided so far. */
interface Draft {
  readonly input: PlanInput
  readonly pool: ResourcePool
  readonly holdings: Holding[]
  readonly start: Start[]
  readonly heldBack: HeldBack[]
  reservation?: Reservation & { readonly jobId: JobId }
}

/**
 * Which jobs start now on this machine, where, and why the others wait. Nothing is changed and nothing remembered.
 *
 * Jobs start in the order of the queue. For the first one that does not fit and has waited enough, room is kept at the
 * time at which it will; later ones go before it only if they end by then, by their own time limits, or need nothing of
 * what is kept (EASY back-filling: Lifka, “The ANL/IBM SP Scheduling System”, 1995).
 *
 * A job has waited enough once it has waited for as long as its GPUs, taken together, would stand idle while they are
 * kept for it: an hour of its time is worth an hour of a GPU. Until then the GPUs may come free by themselves, and
 * whoever pays at that moment has paid at most twice (the rule of ski rental: Karlin et al., “Competitive snoopy
 * caching”, Algorithmica 1988). To empty a machine for every gang that comes costs all others more than the gang gains.
 */
export function plan(input: PlanInput): Plan {
  const draft: Draft = {
    input,
    pool: openPool(input),
    holdings: input.running.map((job) => toHolding(job, input.now)),
    start: [],
    heldBack: [],
  }
  const order = orderQueue(input.queued, sumShares(input), input.now, input.kept)
  for (let job = order.next(); job !== undefined; job = order.next()) {
    const demand = toDemand(job.resources)
    const gpus = findPlaceFor(draft, job, demand)
    if (gpus === undefined) holdBack(draft, job, demand)
    else {
      begin(draft, job, demand, gpus)
      order.addShare(job.experimentId, shareOf(demand, gpus, input))
    }
  }
  const { start, reservation } = draft
  const reserved =
    reservation === undefined
      ? {}
      : { reserved: { jobId: reservation.jobId, gpus: reservation.gpus, at: reservation.at } }
  return { start, waiting: explainWaits(draft), ...reserved }
}

/** A place that does not delay the job for which room is kept. */
function findPlaceFor({ pool, reservation, input }: Draft, job: QueuedJob, demand: Demand) {
  const place = findPlace(pool, demand)
  if (place === undefined || reservation === undefined) return place
  const beside = findPlace(meetPools(pool, reservation.rest), demand)
  return beside ?? (endOf(job, input.now, input.now) <= reservation.at && hasLimit(job) ? place : undefined)
}

function begin(draft: Draft, job: QueuedJob, demand: Demand, gpus: readonly string[]): void {
  const { input, pool, reservation } = draft
  const holding = toHolding({ ...job, startedAt: input.now, gpus }, input.now)
  takePlace(pool, demand, gpus)
  if (reservation !== undefined && !(holding.isLimited && holding.endsAt <= reservation.at)) {
    takePlace(reservation.rest, demand, gpus)
  }
  draft.holdings.push(holding)
  draft.start.push({ jobId: job.jobId, gpus })
}

function holdBack(draft: Draft, job: QueuedJob, demand: Demand): void {
  const { input, pool, holdings, heldBack } = draft
  const excess = describeExcess(demand, input)
  heldBack.push({ job, demand, ...(excess === undefined ? {} : { excess }) })
  if (draft.reservation !== undefined || excess !== undefined) return
  const reservation = reserve(foreseePools(pool, holdings, input.now), demand)
  if (reservation === undefined) return
  const hasWaited = waitedTime(job, input.now) >= idleTime(reservation, holdings, input.now)
  if (hasWaited || job.jobId === input.kept) draft.reservation = { ...reservation, jobId: job.jobId }
}

function toHolding(job: RunningJob, now: number): Holding {
  return {
    demand: toDemand(job.resources),
    gpus: job.gpus,
    endsAt: endOf(job, job.startedAt ?? now, now),
    isLimited: hasLimit(job),
  }
}

function hasLimit({ resources }: Pick<RunningJob, 'resources'>): boolean {
  return resources.timeLimitSeconds !== undefined
}

/** Between the end of its time and the last of its processes. */
const graceMs = 10_000

/**
 * When a job ends at the latest by its time limit. One without a limit is guessed to run for as long again as it has
 * run, which is at the beginning not at all: whoever waits for it is not overtaken on the strength of that guess.
 */
function endOf({ resources }: Pick<RunningJob, 'resources'>, startedAt: number, now: number): number {
  const { timeLimitSeconds } = resources
  if (timeLimitSeconds === undefined) return now + Math.max(0, now - startedAt)
  return Math.max(startedAt + timeLimitSeconds * 1000, now + graceMs)
}
