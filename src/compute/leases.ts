import type { DeviceList } from '../protocol/devices.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { JobId, JobResources } from '../protocol/jobs.ts'

/** A job that waits for its turn. */
export interface QueuedJob {
  readonly jobId: JobId
  readonly experimentId: ExperimentId
  readonly resources: JobResources
  readonly priority: number
  readonly createdAt: number
  /** When someone put it before all others. */
  readonly promotedAt?: number
}

/** A job that has been given its place and has not ended. */
export interface RunningJob {
  readonly jobId: JobId
  readonly experimentId: ExperimentId
  readonly resources: JobResources
  /** UUIDs of the GPUs it was given. */
  readonly gpus: readonly string[]
  readonly startedAt?: number
}

/** Who begins now and with which GPUs, and why the others wait, in words. */
export interface Plan {
  readonly start: readonly { readonly jobId: JobId; readonly gpus: readonly string[] }[]
  readonly waiting: readonly { readonly jobId: JobId; readonly reason: string }[]
}

/** Gives out what this machine has. */
export interface Leases {
  /** Changes nothing and remembers nothing; every queued job is in the plan once. `queued` comes in any order. */
  plan(jobs: {
    readonly queued: readonly QueuedJob[]
    readonly running: readonly RunningJob[]
    readonly now: number
  }): Plan
  /** Looks at the GPUs; missing, with `list`, where they are only counted. Never throws. */
  refresh?(): Promise<void>
  /** The GPUs as they were last looked at, with the jobs that have them. */
  list?(running: readonly RunningJob[]): DeviceList
}

/** Counts whole CPUs and GPUs. A job that names no CPUs takes one. One that does not fit lets the later ones pass. */
export function createCountedLeases({ cpus, gpus }: { cpus: number; gpus: readonly string[] }): Leases {
  return {
    plan({ queued, running }) {
      const taken = new Set(running.flatMap((job) => job.gpus))
      let freeCpus = cpus - running.reduce((sum, { resources }) => sum + (resources.cpus ?? 1), 0)
      let freeGpus = gpus.filter((uuid) => !taken.has(uuid))
      const start: Plan['start'][number][] = []
      const waiting: Plan['waiting'][number][] = []
      for (const { jobId, resources } of queued.toSorted(byTurn)) {
        const wanted = { cpus: Math.min(resources.cpus ?? 1, cpus), gpus: resources.gpus ?? 0 }
        if (wanted.gpus > freeGpus.length) {
          waiting.push({ jobId, reason: `waits for ${count(wanted.gpus, 'GPU')}; ${freeGpus.length} free` })
        } else if (wanted.cpus > freeCpus) {
          waiting.push({ jobId, reason: `waits for ${count(wanted.cpus, 'CPU')}; ${Math.max(0, freeCpus)} free` })
        } else {
          start.push({ jobId, gpus: freeGpus.slice(0, wanted.gpus) })
          freeGpus = freeGpus.slice(wanted.gpus)
          freeCpus -= wanted.cpus
        }
      }
      return { start, waiting }
    },
  }
}

/** Promoted ones first, the latest before the others; then by priority, then by age. */
function byTurn(a: QueuedJob, b: QueuedJob): number {
  return (b.promotedAt ?? 0) - (a.promotedAt ?? 0) || b.priority - a.priority || a.createdAt - b.createdAt
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
