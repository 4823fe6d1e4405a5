import type { ExperimentId } from '../../protocol/ids.ts'
import type { JobId, JobResources } from '../../protocol/jobs.ts'
import { type Demand, type ResourcePool, takePlace, toDemand } from './resource-pool.ts'

/** A GPU of this machine that jobs may have. */
export interface PlannedDevice {
  readonly uuid: string
  /** All that jobs may share out among them. */
  readonly capacityBytes: number
  /** Used by programs that are no jobs of ours. */
  readonly foreignBytes: number
  /** Such programs compute on it, so no job can have it alone. */
  readonly hasForeign: boolean
}

/** A job that has been given to the target and has not ended. */
export interface RunningJob {
  readonly jobId: JobId
  readonly experimentId: ExperimentId
  readonly resources: JobResources
  /** Milliseconds since 1970-01-01 UTC; missing until its command runs. */
  readonly startedAt?: number
  /** UUIDs of the GPUs that it was given. */
  readonly gpus: readonly string[]
}

/** This machine and what runs on it. */
export interface Machine {
  readonly devices: readonly PlannedDevice[]
  readonly running: readonly RunningJob[]
  readonly cpus: number
  readonly memoryBytes: number
}

/** What the machine has left beside the running jobs and the programs of others. */
export function openPool({ devices, running, cpus, memoryBytes }: Machine): ResourcePool {
  const pool: ResourcePool = {
    freeCpus: cpus,
    freeMemoryBytes: memoryBytes,
    gpus: devices.map(({ uuid, capacityBytes, foreignBytes, hasForeign }) => ({
      uuid,
      freeBytes: capacityBytes - foreignBytes,
      sharers: 0,
      isTaken: false,
      hasForeign,
    })),
  }
  for (const job of running) takePlace(pool, toDemand(job.resources), job.gpus)
  return pool
}

/**
 * The part of the machine, 0 … 1, that a job holds: of GPUs, CPUs or memory, whichever is most. A GPU that is shared
 * counts by the memory that was promised.
 */
export function shareOf(demand: Demand, gpus: readonly string[], machine: Machine): number {
  const { gpuMemoryBytes } = demand
  const parts = gpus.map((uuid) => {
    const capacity = machine.devices.find((device) => device.uuid === uuid)?.capacityBytes
    return gpuMemoryBytes === undefined || capacity === undefined ? 1 : gpuMemoryBytes / capacity
  })
  return Math.max(
    parts.reduce((sum, part) => sum + part, 0) / Math.max(1, machine.devices.length),
    demand.cpus / machine.cpus,
    demand.memoryBytes / machine.memoryBytes,
  )
}

/** The part of the machine that each experiment holds. */
export function sumShares(machine: Machine): ReadonlyMap<ExperimentId, number> {
  const shares = new Map<ExperimentId, number>()
  for (const { experimentId, resources, gpus } of machine.running) {
    shares.set(experimentId, (shares.get(experimentId) ?? 0) + shareOf(toDemand(resources), gpus, machine))
  }
  return shares
}
