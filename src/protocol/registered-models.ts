import type { ModelId, RunId } from './ids.ts'
import type { Tag } from './runs.ts'

/** MLflow's older way to say what aliases say. Any number of versions may be in a stage. */
export const modelStages = ['None', 'Staging', 'Production', 'Archived'] as const
export type ModelStage = (typeof modelStages)[number]

/** Prompts are registered models with this tag, and so are their versions. */
export const promptTag = 'mlflow.prompt.is_prompt'

export function isPrompt(tags: readonly Tag[]): boolean {
  // As MLflow has it, the last one of a key counts.
  return tags.findLast(({ key }) => key === promptTag)?.value.toLowerCase() === 'true'
}

/** A version of a registered model: a place where a model lies, under a number that never changes its meaning. */
export interface ModelVersion {
  /** The registered model's. */
  readonly name: string
  /** From 1; the number of a deleted version is not given again. */
  readonly version: number
  /** Empty for none; absent once it has been taken away. */
  readonly description?: string
  /** As it was named: `runs:/…`, `models:/…` or `mlflow-artifacts:/…`. */
  readonly source: string
  /** Where the files are: `source`, followed to its end where it names a model. */
  readonly storageLocation: string
  /** Of the run that made it; empty for none. It may be deleted by now. */
  readonly runId: string
  readonly runLink: string
  readonly stage: ModelStage
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly tags: readonly Tag[]
  /** Sorted. */
  readonly aliases: readonly string[]
}

export interface RegisteredModel {
  readonly name: string
  readonly description: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly lastUpdateTime: number
  readonly tags: readonly Tag[]
  /** Sorted by alias. */
  readonly aliases: readonly { readonly alias: string; readonly version: number }[]
  /** The highest of them all. */
  readonly latestVersion?: ModelVersion
  /** The highest of each stage that has any, in the order in which the stages were first reached. */
  readonly latestVersions: readonly ModelVersion[]
}

/** What a new version is made from. MLflow's words; `runId` and `modelId` say whose files `source` names. */
export interface NewModelVersion {
  readonly name: string
  readonly source: string
  readonly runId?: RunId
  readonly modelId?: string
  readonly runLink?: string
  readonly description?: string
  readonly tags?: readonly Tag[]
}

/** What a run has that can be registered. */
export interface RunModel {
  /** The name of the logged model, or the folder below the run's artifacts. */
  readonly path: string
  /** For `NewModelVersion`. */
  readonly source: string
  readonly modelId?: ModelId
  /** Where a logged model has its files; those of a folder are among the run's artifacts. */
  readonly artifactUri?: string
}
