import type { JobId } from '../protocol/jobs.ts'
import type { RunningJob } from './devices/machine.ts'
import type { QueuedJob } from './devices/queue-order.ts'

/** Gives out what a place has, where the engine keeps its books. */
export interface Leases {
  /**
   * Who begins now and with which GPUs, and why the others wait, in words. Changes nothing; every queued job is in the
   * plan once.
   */
  plan(jobs: {
    /** In any order. */
    readonly queued: readonly QueuedJob[]
    /** Jobs that have been given their place and have not ended. */
    readonly running: readonly RunningJob[]
    /** Milliseconds since 1970-01-01 UTC. */
    readonly now: number
  }): {
    readonly start: readonly { readonly jobId: JobId; readonly gpus: readonly string[] }[]
    readonly waiting: readonly { readonly jobId: JobId; readonly reason: string }[]
  }
  /** Calls back when a plan may come out differently although no job has changed. */
  watch(changed: () => void): Disposable
}
