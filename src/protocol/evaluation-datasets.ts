import type { ExperimentId } from './ids.ts'
import type { Tag } from './runs.ts'

/** Inputs and what is expected for them, which programs are evaluated on (MLflow 3's evaluation datasets). */
export interface EvaluationDataset {
  readonly datasetId: string
  readonly name: string
  /** Another one after each change of its records. */
  readonly digest: string
  readonly tags: readonly Tag[]
  /** JSON: the type of each field of inputs, outputs and expectations; absent until there are records. */
  readonly schema?: string
  readonly recordCount: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly createdBy?: string
  readonly lastUpdatedBy?: string
  readonly experimentIds: readonly ExperimentId[]
}

export const recordSourceTypes = ['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE'] as const

/** Where a record comes from. */
export interface RecordSource {
  readonly type: (typeof recordSourceTypes)[number]
  readonly data: Readonly<Record<string, unknown>>
}

/** A record to be stored. Values are JSON as `parseExactJson` gives it. */
export interface NewDatasetRecord {
  /** What tells records apart: those of equal inputs are one. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** Anything; null takes away what there is, undefined leaves it. */
  readonly outputs: unknown
  readonly expectations: Readonly<Record<string, unknown>> | undefined
  readonly tags: Readonly<Record<string, unknown>> | undefined
  readonly source: RecordSource | undefined
}

/** A stored record; JSON is the text that was stored. */
export interface DatasetRecord {
  readonly recordId: string
  readonly datasetId: string
  readonly inputs: string
  readonly outputs?: string
  readonly expectations?: string
  readonly tags: string
  readonly source?: RecordSource
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly createdBy?: string
  readonly lastUpdatedBy?: string
}
