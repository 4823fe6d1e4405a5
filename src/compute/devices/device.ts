/** A GPU as its driver's tool describes it. What the tool does not tell is missing. */
export interface GpuDevice {
  /** By this leases know it, and programs are told it: `GPU-…` or `MIG-…`, or a name of ours where there is none. */
  readonly uuid: string
  readonly name: string
  readonly vendor: 'nvidia' | 'amd' | 'apple'
  /** Its own memory; missing where it has none of its own or tells nobody. */
  readonly memoryTotalBytes?: number
  readonly memoryUsedBytes?: number
  /** It uses the machine's main memory. */
  readonly isMemoryUnified: boolean
  /** The part of the last moments in which it was computing, 0 … 100. */
  readonly utilizationPercent?: number
  readonly temperatureCelsius?: number
  readonly powerWatts?: number
  readonly powerLimitWatts?: number
  /** What computes on it; missing where the tool cannot tell which process is on which GPU. */
  readonly processes?: readonly GpuProcess[]
}

export interface GpuProcess {
  readonly pid: number
  readonly memoryBytes?: number
}

export interface DeviceReading {
  readonly devices: readonly GpuDevice[]
  /** What the tool complains of, for people: a driver that does not answer, a GPU that was lost. */
  readonly problems: readonly string[]
}

/** One kind of GPU, looked at by its tool. */
export interface DeviceSource {
  /** Undefined when its tool is not installed. Never throws. */
  read(): Promise<DeviceReading | undefined>
}
