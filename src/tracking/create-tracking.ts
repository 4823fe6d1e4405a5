import { createAssessments } from './assessments.ts'
import { createComparison } from './comparison.ts'
import { createEvaluationDatasets } from './evaluation-datasets.ts'
import { createExperiments } from './experiments.ts'
import { createIncomingMetrics } from './incoming-metrics.ts'
import { createLoggedModels } from './logged-models.ts'
import { createRuns } from './runs.ts'
import { createScorers } from './scorers.ts'
import { createTraces } from './traces.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Tracking } from './tracking.ts'

/** Puts the feature together over a database that `trackingMigrations` have been applied to. */
export function createTracking(given: TrackingParts): Tracking {
  const incoming = createIncomingMetrics(given.database)
  const parts = { ...given, database: incoming.database }
  return {
    experiments: createExperiments(parts),
    runs: createRuns(parts, incoming),
    models: createLoggedModels(parts),
    datasets: createEvaluationDatasets(parts),
    traces: createTraces(parts),
    assessments: createAssessments(parts),
    scorers: createScorers(parts),
    comparison: createComparison(parts),
  }
}
