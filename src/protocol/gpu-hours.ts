import type { JobId } from './jobs.ts'

/** What became of GPU time, in hours of one GPU. The last three add up to the first. */
export interface GpuHours {
  readonly leased: number
  /** In which it was computing. */
  readonly used: number
  /** In which it could have been. */
  readonly idle: number
  /** Of which nothing is known, as its utilization was not sampled. */
  readonly unmeasured: number
}

/** Of all attempts of a job, which are all of its run. */
export interface JobGpuHours extends GpuHours {
  readonly jobId: JobId
}
