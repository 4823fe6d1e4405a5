import type { Leases } from './leases.ts'
import type { ComputeTarget } from './target.ts'

/** A target under its name, with the books that the engine keeps for it. */
export interface Place {
  readonly target: ComputeTarget
  /** Where the engine itself gives out what the place has. Elsewhere the place has a queue of its own. */
  readonly leases?: Leases
}
