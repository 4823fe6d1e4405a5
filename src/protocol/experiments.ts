import type { ExperimentId } from './ids.ts'
import type { LifecycleStage, Tag } from './runs.ts'

export interface Experiment {
  readonly experimentId: ExperimentId
  readonly name: string
  readonly artifactLocation: string
  readonly lifecycleStage: LifecycleStage
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly tags: readonly Tag[]
}

export interface ExperimentSummary extends Experiment {
  /** Runs that are not deleted. */
  readonly runCount: number
  /** Of those, the ones that are SCHEDULED or RUNNING. */
  readonly activeRunCount: number
  /** Of the active ones, those that are SCHEDULED: they wait for their turn. */
  readonly scheduledRunCount: number
  /** An MLflow server does not count runs: there are at least `runCount`, and perhaps more. */
  readonly runCountIsAtLeast?: true
}
