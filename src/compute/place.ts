import type { TargetTokens } from '../protocol/jobs.ts'
import type { DeviceLeases } from './devices/device-leases.ts'
import type { RunningJob } from './devices/machine.ts'
import type { Leases } from './leases.ts'
import type { ComputeTarget } from './target.ts'

/** A target under its name, with the books that the engine keeps for it. */
export interface Place {
  readonly target: ComputeTarget
  /** Where the engine itself gives out what the place has. Elsewhere the place has a queue of its own. */
  readonly leases?: Leases
  /** GPUs that the engine can look at. */
  readonly devices?: Pick<DeviceLeases, 'list' | 'refresh' | 'devices' | 'describeExcess'>
  /** Called once, with what looks up the jobs that it has. */
  follow?(running: () => readonly RunningJob[]): void
}

/** Where the jobs of a workspace can run. */
export interface Places {
  /** By the names they have in `runwright.yaml`, and `local`. Those that jobs can run on stay while the engine runs. */
  readonly byName: ReadonlyMap<string, Place>
  /**
   * Looks for new ones. Never throws.
   *
   * @param tokens values of the variables that targets take their tokens from, where they are others than so far
   */
  refresh(tokens?: TargetTokens): Promise<void>
}

export function fixedPlaces(places: Readonly<Record<string, Place>>): Places {
  return { byName: new Map(Object.entries(places)), refresh: () => Promise.resolve() }
}
