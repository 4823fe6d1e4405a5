import type { TrackingParts } from '../tracking/tracking-parts.ts'

/** What the feature is made from; without chance, as names and numbers are all that is given. */
export type RegistryParts = Omit<TrackingParts, 'randomBytes'>
