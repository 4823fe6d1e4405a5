import type { GpuDevice } from './device.ts'

/**
 * Variables that show a job its own GPUs and no others: by UUID, which means the same whatever order a runtime counts
 * in. A job without GPUs sees none, or the leases would mean nothing. Nothing is set on a machine without GPUs.
 */
export function toDeviceEnvironment(
  devices: readonly GpuDevice[],
  gpus: readonly string[],
): Readonly<Record<string, string>> {
  // A GPU that was lost since is still the job's.
  const vendors = new Set(devices.map(({ vendor }) => vendor))
  const isAmd = (uuid: string) => devices.some((device) => device.uuid === uuid && device.vendor === 'amd')
  return {
    ...(vendors.has('nvidia') ? { CUDA_VISIBLE_DEVICES: gpus.filter((uuid) => !isAmd(uuid)).join(',') } : {}),
    ...(vendors.has('amd') ? { ROCR_VISIBLE_DEVICES: gpus.filter(isAmd).join(',') } : {}),
  }
}
