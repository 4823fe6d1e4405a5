import type { LeasedResources } from '../target.ts'

/** What one job takes while it runs. */
export interface Demand {
  readonly gpus: number
  /** On each of its GPUs; undefined when it has each of them alone. */
  readonly gpuMemoryBytes: number | undefined
  readonly cpus: number
  readonly memoryBytes: number
}

/** A GPU as it stands at one moment of a plan. */
export interface PooledGpu {
  readonly uuid: string
  /** Neither promised to a job nor used by a program of someone else. */
  freeBytes: number
  /** Jobs that share it. */
  sharers: number
  /** One job has it alone. */
  isTaken: boolean
  /** Programs of someone else compute on it, so no job can have it alone. */
  readonly hasForeign: boolean
}

/** What a machine has left. The functions below change it in place; a plan works on copies of its own. */
export interface ResourcePool {
  readonly gpus: readonly PooledGpu[]
  freeCpus: number
  freeMemoryBytes: number
}

/**
 * A job that names no CPUs counts as one, so that a thousand of them do not start at once; one with GPUs counts as
 * none, since those are what is scarce.
 */
export function toDemand(resources: LeasedResources): Demand {
  const gpus = resources.gpus ?? (resources.gpuMemoryBytes === undefined ? 0 : 1)
  return {
    gpus,
    gpuMemoryBytes: gpus === 0 ? undefined : resources.gpuMemoryBytes,
    cpus: resources.cpus ?? (gpus === 0 ? 1 : 0),
    memoryBytes: resources.memoryBytes ?? 0,
  }
}

export function copyPool(pool: ResourcePool): ResourcePool {
  return { ...pool, gpus: pool.gpus.map((gpu) => ({ ...gpu })) }
}

/**
 * The GPUs that a job would get, by their UUIDs: all that it asks for, or undefined when something is missing. Best
 * fit: those that have the least left over, so that large jobs find large GPUs.
 */
export function findPlace(pool: ResourcePool, demand: Demand): readonly string[] | undefined {
  if (pool.freeCpus < demand.cpus || pool.freeMemoryBytes < demand.memoryBytes) return undefined
  if (demand.gpus === 0) return []
  const fitting = pool.gpus.filter((gpu) => hasRoom(gpu, demand.gpuMemoryBytes))
  if (fitting.length < demand.gpus) return undefined
  return fitting
    .toSorted((a, b) => a.freeBytes - b.freeBytes)
    .slice(0, demand.gpus)
    .map(({ uuid }) => uuid)
}

function hasRoom(gpu: PooledGpu, bytes: number | undefined): boolean {
  if (gpu.isTaken) return false
  return bytes === undefined ? gpu.sharers === 0 && !gpu.hasForeign : gpu.freeBytes >= bytes
}

/** GPUs that the pool does not know, because they went away under a running job, are passed over. */
export function takePlace(pool: ResourcePool, demand: Demand, uuids: readonly string[]): void {
  move(pool, demand, uuids, 1)
}

/** The opposite of `takePlace`. */
export function freePlace(pool: ResourcePool, demand: Demand, uuids: readonly string[]): void {
  move(pool, demand, uuids, -1)
}

function move(pool: ResourcePool, demand: Demand, uuids: readonly string[], sign: 1 | -1): void {
  pool.freeCpus -= sign * demand.cpus
  pool.freeMemoryBytes -= sign * demand.memoryBytes
  for (const gpu of pool.gpus) {
    if (!uuids.includes(gpu.uuid)) continue
    if (demand.gpuMemoryBytes === undefined) gpu.isTaken = sign === 1
    else {
      gpu.sharers += sign
      gpu.freeBytes -= sign * demand.gpuMemoryBytes
    }
  }
}

/** What is free in both pools, which hold the same GPUs in the same order. */
export function meetPools(one: ResourcePool, other: ResourcePool): ResourcePool {
  return {
    freeCpus: Math.min(one.freeCpus, other.freeCpus),
    freeMemoryBytes: Math.min(one.freeMemoryBytes, other.freeMemoryBytes),
    gpus: one.gpus.map((gpu, index) => {
      const twin = other.gpus[index] ?? gpu
      return {
        ...gpu,
        freeBytes: Math.min(gpu.freeBytes, twin.freeBytes),
        sharers: Math.max(gpu.sharers, twin.sharers),
        isTaken: gpu.isTaken || twin.isTaken,
      }
    }),
  }
}
