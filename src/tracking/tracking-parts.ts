import type { ChangeEvent } from '../protocol/events.ts'
import type { Database } from '../store/database.ts'

/** What the feature is made from; clock and chance come from outside. */
export interface TrackingParts {
  readonly database: Database
  /** Called once a change is durable. Must not throw. */
  changed(event: ChangeEvent): void
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  randomBytes(size: number): Uint8Array
}
