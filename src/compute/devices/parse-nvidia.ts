import type { DeviceReading, GpuDevice, GpuProcess } from './device.ts'

const mebibyte = 2 ** 20

/** In this order; the parsers below go by it. See `nvidia-smi --help-query-gpu`. */
export const gpuColumns = [
  'uuid',
  'name',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'power.draw',
  'power.limit',
] as const

/** In this order. See `nvidia-smi --help-query-compute-apps`. */
export const processColumns = ['gpu_uuid', 'pid', 'used_memory'] as const

/**
 * The output of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits` with `gpuColumns`. A value that a GPU cannot
 * give stands there as `[N/A]` or `[Not Supported]`, and one that it has not the right to as `[Insufficient
 * Permissions]`. A GPU that was lost is left out and named among the problems, as is every line that is no GPU: drivers
 * that do not answer say so on this stream.
 */
export function parseNvidiaDevices(csv: string): DeviceReading {
  const devices: GpuDevice[] = []
  const problems: string[] = []
  for (const line of toLines(csv)) {
    const cells = line.split(',').map((cell) => cell.trim())
    const uuid = cells[0] ?? ''
    if (cells.length !== gpuColumns.length || !uuid.startsWith('GPU-')) problems.push(line)
    else if (cells.some((cell) => /lost|reset|\[Unknown Error\]/i.test(cell) && cell.startsWith('['))) {
      problems.push(`${cells[1]} (${uuid}): ${cells.find((cell) => /lost|reset|unknown error/i.test(cell))}`)
    } else devices.push(toDevice(uuid, cells))
  }
  return { devices, problems }
}

function toDevice(uuid: string, cells: readonly string[]): GpuDevice {
  const [, name = '', total = '', used, utilization, temperature, power, powerLimit] = cells
  return {
    uuid,
    name,
    vendor: 'nvidia',
    // Grace and the Jetsons have no memory of their own to speak of, and say so in the words of a value unknown.
    isMemoryUnified: /^\[?(N\/A|Not Supported)\]?$/.test(total),
    ...optional('memoryTotalBytes', total, mebibyte),
    ...optional('memoryUsedBytes', used, mebibyte),
    ...optional('utilizationPercent', utilization),
    ...optional('temperatureCelsius', temperature),
    ...optional('powerWatts', power),
    ...optional('powerLimitWatts', powerLimit),
  }
}

/**
 * The output of `nvidia-smi --query-compute-apps=… --format=csv,noheader,nounits` with `processColumns`: by the UUID of
 * its GPU, each process. Under WSL and in some containers the memory is `[N/A]`, or the driver shows no process at all.
 */
export function parseNvidiaProcesses(csv: string): ReadonlyMap<string, readonly GpuProcess[]> {
  const byGpu = new Map<string, GpuProcess[]>()
  for (const line of toLines(csv)) {
    const [uuid = '', pid = '', memory] = line.split(',').map((cell) => cell.trim())
    if (!/^(GPU|MIG)-/.test(uuid) || !/^\d+$/.test(pid)) continue
    const processes = byGpu.get(uuid) ?? []
    processes.push({ pid: Number(pid), ...optional('memoryBytes', memory, mebibyte) })
    byGpu.set(uuid, processes)
  }
  return byGpu
}

function optional<K extends string>(key: K, cell: string | undefined, unit = 1): { readonly [key in K]?: number } {
  // SAFETY: an object with one key of K is what the type says; TypeScript widens computed keys to string.
  return /^\d+(\.\d+)?$/.test(cell ?? '') ? ({ [key]: Number(cell) * unit } as { [key in K]?: number }) : {}
}

function toLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
