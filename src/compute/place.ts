import type { DeviceLeases } from './devices/device-leases.ts'
import type { Leases } from './leases.ts'
import type { ComputeTarget } from './target.ts'

/** A target under its name, with the books that the engine keeps for it. */
export interface Place {
  readonly target: ComputeTarget
  /** Where the engine itself gives out what the place has. Elsewhere the place has a queue of its own. */
  readonly leases?: Leases
  /** GPUs that the engine can look at. */
  readonly devices?: Pick<DeviceLeases, 'list' | 'refresh'>
}
