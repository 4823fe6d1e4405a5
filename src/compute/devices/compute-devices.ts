import type { ComputeDevice, DeviceUser } from '../../protocol/devices.ts'
import type { JobId } from '../../protocol/jobs.ts'
import type { GpuDevice } from './device.ts'
import type { RunningJob } from './machine.ts'
import { type AttributedDevice, hasForeign } from './planned-devices.ts'

/** The GPUs with the jobs that have them and the programs that use them. `kept` is what a plan keeps for a job. */
export function toComputeDevices(
  devices: readonly AttributedDevice[],
  running: readonly RunningJob[],
  kept: { readonly gpus: readonly string[] } | undefined,
): readonly ComputeDevice[] {
  return devices.map((device) => {
    const holders = running.filter(({ gpus }) => gpus.includes(device.uuid))
    return {
      ...pickShown(device),
      users: listUsers(
        device,
        holders.map(({ jobId }) => jobId),
      ),
      state: describeState(device, holders, kept?.gpus.includes(device.uuid) ?? false),
    }
  })
}

function pickShown(device: GpuDevice): Omit<ComputeDevice, 'users' | 'state'> {
  const { memoryTotalBytes, memoryUsedBytes, utilizationPercent, temperatureCelsius, powerWatts } = device
  return {
    uuid: device.uuid,
    name: device.name,
    ...(memoryTotalBytes === undefined ? {} : { memoryTotalBytes }),
    ...(memoryUsedBytes === undefined ? {} : { memoryUsedBytes }),
    ...(utilizationPercent === undefined ? {} : { utilizationPercent }),
    ...(temperatureCelsius === undefined ? {} : { temperatureCelsius }),
    ...(powerWatts === undefined ? {} : { powerWatts }),
  }
}

function listUsers({ processes = [] }: AttributedDevice, holders: readonly JobId[]): readonly DeviceUser[] {
  const unseen = holders.filter((jobId) => processes.every((process) => process.jobId !== jobId))
  return [...processes, ...unseen.map((jobId) => ({ jobId }))]
}

function describeState(device: AttributedDevice, holders: readonly RunningJob[], isKept: boolean): string {
  const users = [nameHolders(holders), nameForeign(device, holders)].filter((name) => name !== '')
  const isAlone = holders.every(({ resources }) => resources.gpuMemoryBytes === undefined)
  const kept = isKept ? ['kept for a job that waits'] : []
  const state = [...(users.length === 0 ? [] : [`${isAlone ? 'used' : 'shared'} by ${users.join(' and ')}`]), ...kept]
  return state.join(', ') || 'free'
}

function nameHolders({ length }: readonly RunningJob[]): string {
  return length === 0 ? '' : length === 1 ? 'one job' : `${length} jobs`
}

function nameForeign(device: AttributedDevice, holders: readonly RunningJob[]): string {
  const count = device.processes?.filter(({ jobId }) => jobId === undefined).length
  if (count === 1) return 'another program'
  return hasForeign(device, holders) ? `${count ?? ''} other programs`.trimStart() : ''
}
