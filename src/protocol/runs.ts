import type { ExperimentId, RunId } from './ids.ts'

export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
export type RunStatus = (typeof runStatuses)[number]

export function isRunStatus(text: unknown): text is RunStatus {
  return runStatuses.some((status) => status === text)
}

/** A run in one of these has ended and changes its status only by an explicit request. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'RUNNING' && status !== 'SCHEDULED'
}

export type LifecycleStage = 'active' | 'deleted'

/** Which of the two stages a list shows. */
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

export interface MetricPoint {
  /** Position on the x axis: a batch or an epoch count, whichever the run logs by. A signed 64-bit integer. */
  readonly step: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestamp: number
  /** Any double. On JSON wires NaN and the infinities travel as the strings `NaN`, `Infinity`, `-Infinity`. */
  readonly value: number
}

export interface Metric extends MetricPoint {
  readonly key: string
}

export interface Param {
  readonly key: string
  readonly value: string
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Dataset {
  readonly name: string
  /** At most 36 characters; together with the name it identifies the dataset. */
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema?: string
  readonly profile?: string
}

export interface DatasetInput {
  readonly dataset: Dataset
  readonly tags: readonly Tag[]
}

/** A run as its own columns say, without what was logged to it. */
export interface RunRow {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly status: RunStatus
  readonly lifecycleStage: LifecycleStage
  readonly userId: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  /** Milliseconds since 1970-01-01 UTC; missing while the run goes on. */
  readonly endTime?: number
  /** For example `mlflow-artifacts:/1/0123…/artifacts`. */
  readonly artifactUri: string
}

export interface Run extends RunRow {
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  /** The latest point of each metric: the one of the highest step, then timestamp, then value. */
  readonly metrics: readonly Metric[]
  readonly datasets: readonly DatasetInput[]
  /** Models the run read and wrote, by id (MLflow's logged models). */
  readonly modelInputs: readonly string[]
  readonly modelOutputs: readonly { readonly modelId: string; readonly step: number }[]
}

/** The value of a run's tag; undefined where it has none of that key. */
export function findTag(run: Pick<Run, 'tags'>, key: string): string | undefined {
  return run.tags.find((tag) => tag.key === key)?.value
}

export interface ArtifactEntry {
  /** Relative to the run's artifact root, with `/` between components. */
  readonly path: string
  readonly isDirectory: boolean
  /** Missing for a directory. */
  readonly sizeBytes?: number
}
