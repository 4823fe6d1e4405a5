import { createComparison } from './comparison.ts'
import { createExperiments } from './experiments.ts'
import { createLoggedModels } from './logged-models.ts'
import { createRuns } from './runs.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Tracking } from './tracking.ts'

/** Puts the feature together over a database that `trackingMigrations` have been applied to. */
export function createTracking(parts: TrackingParts): Tracking {
  return {
    experiments: createExperiments(parts),
    runs: createRuns(parts),
    models: createLoggedModels(parts),
    comparison: createComparison(parts),
  }
}
