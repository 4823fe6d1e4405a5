import type { JobId } from '../../protocol/jobs.ts'
import type { GpuDevice, GpuProcess } from './device.ts'
import type { PlannedDevice, RunningJob } from './machine.ts'

export interface AttributedProcess extends GpuProcess {
  /** Missing for programs that are no jobs of ours. */
  readonly jobId?: JobId
}

/** A GPU whose processes have been looked up. */
export interface AttributedDevice extends GpuDevice {
  readonly processes?: readonly AttributedProcess[]
}

const [mebibyte, gibibyte] = [2 ** 20, 2 ** 30]

/** What a driver keeps for itself, and a screen. */
const baselineBytes = 512 * mebibyte

/** Where nobody tells which processes there are, so much used memory means that there is one. */
const unattributedBytes = 2 * gibibyte

/**
 * The GPUs as a plan counts them. A GPU of 24,564 MiB counts as one of 24 GiB, as it is sold and asked for: the rest is
 * what its driver keeps.
 *
 * @param hostMemoryBytes the machine's main memory, for GPUs that have none of their own
 */
export function toPlannedDevices(
  devices: readonly AttributedDevice[],
  running: readonly RunningJob[],
  hostMemoryBytes: number,
): readonly PlannedDevice[] {
  return devices.map((device) => {
    const capacityBytes = capacityOf(device, hostMemoryBytes)
    const holders = running.filter(({ gpus }) => gpus.includes(device.uuid))
    const foreignBytes = Math.min(capacityBytes, countForeign(device, holders, capacityBytes))
    return { uuid: device.uuid, capacityBytes, foreignBytes, hasForeign: hasForeign(device, holders) }
  })
}

function capacityOf({ memoryTotalBytes, isMemoryUnified }: GpuDevice, hostMemoryBytes: number): number {
  if (memoryTotalBytes !== undefined) return Math.ceil(memoryTotalBytes / gibibyte) * gibibyte
  return isMemoryUnified ? hostMemoryBytes : 0
}

/**
 * Memory that is used and that no job of ours accounts for, be it by what its processes are seen to use or, where they
 * are not seen (as from within a container), by what it was promised.
 */
function countForeign(device: AttributedDevice, holders: readonly RunningJob[], capacityBytes: number): number {
  const processes = device.processes ?? []
  const own = processes.filter(({ jobId }) => jobId !== undefined)
  const measured = sum(own.map(({ memoryBytes }) => memoryBytes ?? Number.NaN))
  const promised = sum(holders.map(({ resources }) => resources.gpuMemoryBytes ?? capacityBytes))
  const explained = own.length > 0 && !Number.isNaN(measured) ? measured : promised
  const seen = sum(listForeign(device).map(({ memoryBytes }) => memoryBytes ?? 0))
  // Memory that the machine shares with its GPU is used by everything that runs on the machine.
  const used = device.isMemoryUnified ? seen : (device.memoryUsedBytes ?? seen)
  const foreign = Math.max(seen, used - explained)
  return seen === 0 && foreign < baselineBytes ? 0 : foreign
}

/** Programs of someone else compute on it. */
export function hasForeign(device: AttributedDevice, holders: readonly RunningJob[]): boolean {
  if (device.processes !== undefined) return listForeign(device).length > 0
  return !device.isMemoryUnified && holders.length === 0 && (device.memoryUsedBytes ?? 0) >= unattributedBytes
}

function listForeign({ processes = [] }: AttributedDevice): readonly AttributedProcess[] {
  return processes.filter(({ jobId }) => jobId === undefined)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
