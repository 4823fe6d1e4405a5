import type { RegistryEvent } from '../protocol/webhooks.ts'
import type { Sql } from '../store/database.ts'
import type { TrackingParts } from '../tracking/tracking-parts.ts'

/** What the feature is made from; without chance, as names and numbers are all that is given. */
export type RegistryParts = Omit<TrackingParts, 'randomBytes'> & {
  /** Called in the transaction of a change that others may want to hear of, so that they do if it is made. */
  note(sql: Sql, event: RegistryEvent): Promise<void>
}
