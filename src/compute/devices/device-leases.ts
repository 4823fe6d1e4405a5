import type { DeviceList } from '../../protocol/devices.ts'
import type { JobResources } from '../../protocol/jobs.ts'
import { toComputeDevices } from './compute-devices.ts'
import type { DeviceSource } from './device.ts'
import type { RunningJob } from './machine.ts'
import { plan, type Plan } from './plan.ts'
import { type AttributedDevice, toPlannedDevices } from './planned-devices.ts'
import type { FindOwner } from './process-owners.ts'
import type { QueuedJob } from './queue-order.ts'
import { toDemand } from './resource-pool.ts'
import { describeExcess, formatReason } from './wait-reason.ts'

/** Gives out the GPUs, CPUs and memory of this machine. */
export interface DeviceLeases {
  /**
   * Which jobs begin now and with which GPUs, and why the others wait, in words. Rests on the GPUs as they were last
   * looked at; when that is too long ago, jobs that want one wait until `changed` has been called.
   */
  plan(jobs: {
    readonly queued: readonly QueuedJob[]
    readonly running: readonly RunningJob[]
    /** Milliseconds since 1970-01-01 UTC. */
    readonly now: number
  }): Pick<Plan, 'start'> & {
    readonly waiting: readonly { readonly jobId: QueuedJob['jobId']; readonly reason: string }[]
  }
  /** What a job asks for that this machine does not have at all, as `asks for 9 GPUs, and this machine has 8`. */
  describeExcess(resources: JobResources): Promise<string | undefined>
  /** Looks at the GPUs. Never throws; asked for again meanwhile, it is done once. */
  refresh(): Promise<void>
  /** The GPUs as they were last looked at. */
  readonly devices: readonly AttributedDevice[]
  /** The same for people, with the jobs that have them. */
  list(running: readonly RunningJob[]): DeviceList
}

/** After this time a plan asks for a new look; what it has will still do for a while. */
const agingMs = 4000

/** What was seen so long ago says nothing about the programs of others. */
const staleMs = 15_000

interface Reading {
  readonly devices: readonly AttributedDevice[]
  readonly problems: readonly string[]
  readonly readAt: number
}

/** @param parts.changed called after each look at the GPUs that a plan has asked for */
export function createDeviceLeases(parts: {
  readonly source: DeviceSource
  readonly findOwner: FindOwner
  readonly cpus: number
  readonly memoryBytes: number
  now(): number
  changed(): void
}): DeviceLeases {
  const { source, findOwner, cpus, memoryBytes } = parts
  let reading: Reading | undefined
  let pending: Promise<void> | undefined
  let reserved: Plan['reserved']

  async function read(): Promise<void> {
    const { devices, problems } = (await source.read()) ?? { devices: [], problems: [] }
    // At once, for processes end; a job that has ended since is still known as what used the memory.
    reading = { devices: devices.map((device) => attribute(device, findOwner)), problems, readAt: parts.now() }
  }

  function refresh(): Promise<void> {
    pending ??= read().finally(() => (pending = undefined))
    return pending
  }

  /** A job that finds no GPU at all is told what their driver complains of. */
  function addProblem<T extends string | undefined>(excess: T): T | string {
    const problem = reading?.devices.length === 0 ? reading.problems[0] : undefined
    return excess === undefined || problem === undefined ? excess : `${excess}: ${problem}`
  }

  return {
    refresh,
    async describeExcess(resources) {
      const demand = toDemand(resources)
      if (demand.gpus > 0 && (reading === undefined || reading.devices.length === 0)) await refresh()
      const devices = toPlannedDevices(reading?.devices ?? [], [], memoryBytes)
      return addProblem(describeExcess(demand, { devices, running: [], cpus, memoryBytes }))
    },
    get devices() {
      return reading?.devices ?? []
    },
    list(running) {
      if (reading === undefined) return { devices: [], problems: [] }
      const { devices, problems, readAt } = reading
      return { devices: toComputeDevices(devices, running, reserved), problems, readAt }
    },
    plan({ queued, running, now }) {
      const age = reading === undefined ? Infinity : now - reading.readAt
      const [withGpus, others] = split(queued)
      if (withGpus.length > 0 && age > agingMs) void refresh().then(parts.changed)
      const isStale = age > staleMs
      const devices = toPlannedDevices(reading?.devices ?? [], running, memoryBytes)
      const kept = reserved === undefined ? {} : { kept: reserved.jobId }
      const result = plan({ now, devices, queued: isStale ? others : queued, running, cpus, memoryBytes, ...kept })
      // Nothing is kept for nobody, however long ago the GPUs were looked at.
      if (!isStale || queued.length === 0) reserved = result.reserved
      const waiting = result.waiting.map(({ isTooLarge, jobId, ...why }) => ({
        jobId,
        reason: isTooLarge ? addProblem(why.reason) : formatReason(why, now),
      }))
      const held = isStale ? withGpus.map(({ jobId }) => ({ jobId, reason: 'waits for a look at the GPUs' })) : []
      return { start: result.start, waiting: [...waiting, ...held] }
    },
  }
}

function attribute(device: AttributedDevice, findOwner: FindOwner): AttributedDevice {
  if (device.processes === undefined) return device
  const processes = device.processes.map((process) => {
    const jobId = findOwner(process.pid)
    return jobId === undefined ? process : { ...process, jobId }
  })
  return { ...device, processes }
}

function split(queued: readonly QueuedJob[]): readonly [readonly QueuedJob[], readonly QueuedJob[]] {
  const { yes = [], no = [] } = Object.groupBy(queued, ({ resources }) => (toDemand(resources).gpus > 0 ? 'yes' : 'no'))
  return [yes, no]
}
