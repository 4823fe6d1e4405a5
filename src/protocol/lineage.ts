import type { DataFinding, DataVersion } from './data-versions.ts'
import type { ExperimentId, RunId } from './ids.ts'
import type { DatasetInput, RunStatus } from './runs.ts'

export const lineageKinds = ['run', 'data', 'model-version'] as const
export type LineageKind = (typeof lineageKinds)[number]

/** `up`: what something came of. `down`: what came of it. */
export const lineageDirections = ['up', 'down', 'both'] as const
export type LineageDirection = (typeof lineageDirections)[number]

interface LineageNodeOf<Kind extends LineageKind> {
  /** `KIND:ID`, for edges. */
  readonly key: string
  readonly kind: Kind
  /** As `lineage/of` takes it: the run's id, the version's digest, the model's name and version as `digits/3`. */
  readonly id: string
  /** How much lies next to it, at least, and is not in the answer, which would be too large; 0 as a rule. */
  readonly moreUp: number
  readonly moreDown: number
}

export interface LineageRun extends LineageNodeOf<'run'> {
  readonly name: string
  readonly status: RunStatus
  readonly experimentId: ExperimentId
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  readonly isDeleted: boolean
}

export interface LineageData extends LineageNodeOf<'data'> {
  /** Under which runs knew it; the same bytes may lie in several places. At most ten. */
  readonly paths: readonly string[]
  /** Missing for a dataset that was logged by other means than version control. */
  readonly version?: DataVersion
}

export interface LineageModelVersion extends LineageNodeOf<'model-version'> {
  readonly name: string
  readonly version: number
  readonly aliases: readonly string[]
}

export type LineageNode = LineageRun | LineageData | LineageModelVersion

/**
 * - `read`, `wrote`: between a run and data
 * - `registered`: from a run to the version of a model that it logged
 * - `file`: from data to the version of a model whose file it is
 * - `loaded`: from a model version to a run, or from the run that logged a model to the run that loaded it
 */
export type LineageRelation = 'read' | 'wrote' | 'registered' | 'file' | 'loaded'

/** Leads from what was first to what came of it, by their keys. */
export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly relation: LineageRelation
  /** Of `read` and `wrote`, where Runwright recorded it. */
  readonly found?: DataFinding
  /** Of `read`, where it says more than that it was read: `training`, `evaluation`, … */
  readonly context?: string
}

export interface LineageGraph {
  /** What was asked for comes first; then what is nearer before what is farther. */
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
}

/**
 * How a version stands to what the `.dvc` files name now: they name the same at its path, another one, or none there.
 */
export const presentStates = ['same', 'changed', 'gone'] as const
export type PresentState = (typeof presentStates)[number]

/** What one may ask about data and what came of it. */
export interface LineageMethods {
  /** Datasets that a run read or wrote. One that the run has already keeps its tags. */
  'runs/log-inputs': { params: { runId: RunId; datasets: readonly DatasetInput[] }; result: Record<never, never> }
  /**
   * What a run, a version of data or a model version came of, and what came of it. Of very many neighbours the newest
   * are listed. @throws RESOURCE_DOES_NOT_EXIST
   */
  'lineage/of': {
    params: {
      kind: LineageKind
      id: string
      /** Default: `both`: all the way up, and all the way down. */
      direction?: LineageDirection
      /** Edges from what was asked for, 1 … 50, default 10. */
      depth?: number
      /** Nodes, 1 … 2,000, default 300. */
      limit?: number
    }
    result: LineageGraph
  }
  /**
   * The md5 and the SHA-256 of all data that any run has read or written, deleted runs included: whatever collects garbage
   * keeps both, the data and the manifests of folders.
   */
  'lineage/hashes': { params: Record<never, never>; result: { hashes: readonly string[] } }
  /** How versions stand to the workspace now, in their order. */
  'lineage/present': {
    /** At most 1,000. */
    params: { versions: readonly DataVersion[] }
    result: { states: readonly PresentState[] }
  }
}
