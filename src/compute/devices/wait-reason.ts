import type { Machine } from './machine.ts'
import type { Demand, ResourcePool } from './resource-pool.ts'

const gibibyte = 2 ** 30

/** As `24 GiB` or `1.5 GiB`. */
export function formatGibibytes(bytes: number): string {
  return `${Number((bytes / gibibyte).toFixed(1))} GiB`
}

/**
 * What a job asks for that this machine does not have at all, as `asks for 9 GPUs, and this machine has 8`; undefined
 * when it would fit once everything else has ended.
 */
export function describeExcess(demand: Demand, machine: Machine): string | undefined {
  const { gpus, gpuMemoryBytes, cpus, memoryBytes } = demand
  if (cpus > machine.cpus) return `asks for ${cpus} CPUs, and this machine has ${machine.cpus}`
  if (memoryBytes > machine.memoryBytes) {
    const has = formatGibibytes(machine.memoryBytes)
    return `asks for ${formatGibibytes(memoryBytes)} of memory, and this machine has ${has}`
  }
  const { devices } = machine
  if (gpus > 0 && devices.length === 0) return `asks for ${nameGpus(demand)}, and no GPU is seen on this machine`
  if (gpus > devices.length) return `asks for ${nameGpus(demand)}, and this machine has ${devices.length}`
  const large = devices.filter(({ capacityBytes }) => capacityBytes >= (gpuMemoryBytes ?? 0)).length
  if (large >= gpus) return undefined
  if (large > 0)
    return `asks for ${nameGpus(demand)}, and ${large === 1 ? 'one GPU' : `${large} GPUs`} here can give that`
  const largest = Math.max(...devices.map(({ capacityBytes }) => capacityBytes))
  return `asks for ${nameGpus(demand)}, and the largest GPU here has ${formatGibibytes(largest)}`
}

/** What a job waits for, as `24 GiB on one GPU`: the first thing of which too little is free, or else its GPUs. */
export function nameShortage(demand: Demand, pool: ResourcePool): string {
  if (demand.cpus > pool.freeCpus) return demand.cpus === 1 ? 'a CPU' : `${demand.cpus} CPUs`
  if (demand.memoryBytes > pool.freeMemoryBytes) return `${formatGibibytes(demand.memoryBytes)} of memory`
  return demand.gpus === 0 ? 'its turn' : nameGpus(demand)
}

function nameGpus({ gpus, gpuMemoryBytes }: Demand): string {
  if (gpuMemoryBytes === undefined) return gpus === 1 ? 'one GPU' : `${gpus} GPUs`
  return `${formatGibibytes(gpuMemoryBytes)} on ${gpus === 1 ? 'one GPU' : `each of ${gpus} GPUs`}`
}

/**
 * The whole sentence for people, as `waits for 24 GiB on one GPU; free at about 14:20`.
 *
 * @param freeAt milliseconds since 1970-01-01 UTC
 * @param timeZone as `Europe/Berlin`; default: this machine's
 */
export function formatReason(
  { reason, freeAt }: { readonly reason: string; readonly freeAt?: number },
  now: number,
  timeZone?: string,
): string {
  if (freeAt === undefined) return reason
  const isFar = freeAt - now > 12 * 3600 * 1000
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(isFar ? { month: 'short', day: 'numeric' } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
  })
  return `${reason}; free at about ${format.format(freeAt)}`
}
