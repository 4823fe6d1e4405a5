import type { ExperimentId, ModelId } from './ids.ts'
import type { Metric, Param, Tag } from './runs.ts'

export const loggedModelStatuses = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const
export type LoggedModelStatus = (typeof loggedModelStatuses)[number]

/** A model a run wrote, by MLflow 3's words. */
export interface LoggedModel {
  readonly modelId: ModelId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly modelType: string
  readonly sourceRunId: string
  readonly status: LoggedModelStatus
  readonly artifactUri: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  readonly metrics: readonly (Metric & {
    readonly runId: string
    readonly datasetName?: string
    readonly datasetDigest?: string
  })[]
}
