import type { QueuedJob } from './devices/queue-order.ts'
import type { Leases } from './leases.ts'

/** For tests: counts whole CPUs and GPUs. A job that names no CPUs takes one. One that does not fit lets the later ones pass. */
export function createCountedLeases({ cpus, gpus }: { cpus: number; gpus: readonly string[] }): Leases {
  return {
    watch: () => ({ [Symbol.dispose]() {} }),
    plan({ queued, running }) {
      const taken = new Set(running.flatMap((job) => job.gpus))
      let freeCpus = cpus - running.reduce((sum, { resources }) => sum + (resources.cpus ?? 1), 0)
      let freeGpus = gpus.filter((uuid) => !taken.has(uuid))
      const start: ReturnType<Leases['plan']>['start'][number][] = []
      const waiting: ReturnType<Leases['plan']>['waiting'][number][] = []
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
