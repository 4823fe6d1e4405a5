import { copyPool, type Demand, findPlace, freePlace, type ResourcePool, takePlace } from './resource-pool.ts'

/** A job that holds part of the machine. */
export interface Holding {
  readonly demand: Demand
  readonly gpus: readonly string[]
  /** Milliseconds since 1970-01-01 UTC; when its time limit ends it, or else a guess. */
  readonly endsAt: number
  /** Its time limit ends it then, if it has not ended before. */
  readonly isLimited: boolean
}

/** The machine as it will be once some of the jobs that hold it have ended. */
export interface FuturePool {
  readonly at: number
  /** False where it rests on a guess. */
  readonly isCertain: boolean
  readonly pool: ResourcePool
}

/** How the machine empties, if nothing else starts: from now on, one state for each job that ends. */
export function foreseePools(pool: ResourcePool, holdings: readonly Holding[], now: number): readonly FuturePool[] {
  const futures: FuturePool[] = [{ at: now, isCertain: true, pool }]
  let isCertain = true
  let last = pool
  for (const holding of holdings.toSorted((a, b) => a.endsAt - b.endsAt)) {
    last = copyPool(last)
    freePlace(last, holding.demand, holding.gpus)
    isCertain &&= holding.isLimited
    futures.push({ at: holding.endsAt, isCertain, pool: last })
  }
  return futures
}

/** The first state that has room for a job. Room only grows from one state to the next, so it is found by halving. */
export function findFirstRoom(futures: readonly FuturePool[], demand: Demand): FuturePool | undefined {
  let [low, high] = [0, futures.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const future = futures[middle]
    if (future !== undefined && findPlace(future.pool, demand) !== undefined) high = middle
    else low = middle + 1
  }
  return futures[low]
}

/** Among equals GPUs that are in use now are to be kept, since nobody else can start on them, and idle ones left. */
function busyFirst(pool: ResourcePool, now: ResourcePool | undefined): ResourcePool {
  const idle = new Set(now?.gpus.filter((gpu) => !gpu.isTaken && gpu.sharers === 0).map(({ uuid }) => uuid))
  return { ...pool, gpus: pool.gpus.toSorted((a, b) => Number(idle.has(a.uuid)) - Number(idle.has(b.uuid))) }
}

/** What is kept for the job that goes next and does not fit yet. */
export interface Reservation {
  readonly at: number
  readonly isCertain: boolean
  readonly gpus: readonly string[]
  /** What the machine has left at that time beside the job; jobs that will still run then must fit in there. */
  readonly rest: ResourcePool
}

/**
 * The earliest time at which a job can start, and its place then. Undefined when it would not fit even if all jobs of
 * ours had ended, because programs of others are in the way: nothing is kept for it then, since nobody knows for how
 * long.
 */
export function reserve(futures: readonly FuturePool[], demand: Demand): Reservation | undefined {
  const future = findFirstRoom(futures, demand)
  const gpus = future === undefined ? undefined : findPlace(busyFirst(future.pool, futures[0]?.pool), demand)
  if (future === undefined || gpus === undefined) return undefined
  const rest = copyPool(future.pool)
  takePlace(rest, demand, gpus)
  return { at: future.at, isCertain: future.isCertain, gpus, rest }
}

/** For how long the GPUs of a reservation stand idle, in milliseconds of one GPU, if nothing is back-filled on them. */
export function idleTime({ at, gpus }: Reservation, holdings: readonly Holding[], now: number): number {
  const freeAt = (uuid: string) =>
    holdings.reduce((latest, { gpus, endsAt }) => (gpus.includes(uuid) ? Math.max(latest, endsAt) : latest), now)
  return gpus.reduce((sum, uuid) => sum + Math.max(0, at - freeAt(uuid)), 0)
}
