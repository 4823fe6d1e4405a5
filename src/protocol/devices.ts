import type { JobId } from './jobs.ts'

/** A GPU of this machine as people see it. What its driver's tool does not tell is missing. */
export interface ComputeDevice {
  /** `GPU-…`, or `MIG-…` for a part of one that was split up. */
  readonly uuid: string
  readonly name: string
  readonly memoryTotalBytes?: number
  readonly memoryUsedBytes?: number
  /** The part of the last moments in which it was computing, 0 … 100. */
  readonly utilizationPercent?: number
  readonly temperatureCelsius?: number
  readonly powerWatts?: number
  /** Jobs that were given it, and processes that compute on it. */
  readonly users: readonly DeviceUser[]
  /** In words: `free`, `used by one job`, `shared by 2 jobs and another program`, `kept for a job that waits`. */
  readonly state: string
}

export interface DeviceUser {
  /** Missing where it is not known which process belongs to the job, or before the job has one on the device. */
  readonly pid?: number
  readonly memoryBytes?: number
  /** Missing for programs that are no jobs of this workspace. */
  readonly jobId?: JobId
}

/** All GPUs of this machine. */
export interface DeviceList {
  readonly devices: readonly ComputeDevice[]
  /** What their drivers' tools complain of, for people. */
  readonly problems: readonly string[]
  /** Milliseconds since 1970-01-01 UTC; missing until they have been looked at. */
  readonly readAt?: number
}

export interface DeviceMethods {
  /** GPUs of this machine, with the jobs and other programs that use them. */
  'devices/list': {
    params: {
      /**
       * `readAt` of the answer before: the next one comes two seconds after it, so that whoever shows the GPUs asks
       * again at once and need not keep time.
       */
      after?: number
    }
    result: DeviceList
  }
}
