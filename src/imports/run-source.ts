import type { ImportedPoints } from '../protocol/import.ts'
import type { ModelStage } from '../protocol/registered-models.ts'
import type { DatasetInput, Param, RunStatus, Tag } from '../protocol/runs.ts'

/**
 * A place that runs are imported from. Everything is read as it is asked for, one run after the other, so that what is
 * in memory does not depend on how much there is.
 */
export interface RunSource extends AsyncDisposable {
  /** What kind of place it is, as `mlflow`; begins the tag by which a run is known again. */
  readonly kind: string
  /** How many runs there are; undefined where that is not known without reading them. */
  readonly runCount: number | undefined
  /** In an order that is the same each time. */
  runs(): AsyncIterable<SourceRun>
  /** After the runs, which they may be models of. */
  loggedModels(): AsyncIterable<SourceLoggedModel>
  registeredModels(): AsyncIterable<SourceRegisteredModel>
  /** After the runs and models, which they may name. */
  traces(): AsyncIterable<SourceTrace>
}

export interface SourceRun {
  /** Names it among the runs of its source for good. */
  readonly key: string
  /** The name of its experiment. */
  readonly experiment: string
  readonly experimentTags: readonly Tag[]
  readonly name: string
  readonly status: RunStatus
  readonly userId: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  readonly endTime?: number
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  readonly datasets: readonly DatasetInput[]
  /** Another text whenever something of the run but its artifacts may have changed. */
  readonly fingerprint: string
  /** In pieces of any length, in any order. */
  points(): AsyncIterable<ImportedPoints>
  artifacts(): AsyncIterable<SourceFile>
}

export interface SourceFile {
  /** Below the root of what it belongs to, with `/` between components. */
  readonly path: string
  readonly sizeBytes: number
  open(): Promise<ReadableStream<Uint8Array>>
}

/** A model as MLflow 3 logs it, with files of its own. */
export interface SourceLoggedModel {
  readonly modelId: string
  readonly experiment: string
  readonly name: string
  readonly modelType: string
  /** `key` of its run; empty for none. */
  readonly sourceRun: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  artifacts(): AsyncIterable<SourceFile>
}

export interface SourceRegisteredModel {
  readonly name: string
  readonly description: string
  readonly tags: readonly Tag[]
  readonly versions: readonly SourceModelVersion[]
}

export interface SourceModelVersion {
  readonly version: number
  readonly description: string
  /** As its place has it: a URI of any kind. */
  readonly source: string
  /** `key` of its run; empty for none. */
  readonly run: string
  /** Of its logged model; empty for none. */
  readonly modelId: string
  readonly stage: ModelStage
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
  readonly tags: readonly Tag[]
  readonly aliases: readonly string[]
}

/** A trace as MLflow has it. */
export interface SourceTrace {
  readonly traceId: string
  readonly experiment: string
  /** MLflow's `TraceInfoV3` in JSON, but for the id and the place of the trace. */
  readonly info: Readonly<Record<string, unknown>>
  /** Another text whenever something of the trace may have changed. */
  readonly fingerprint: string
  /** To be called once. */
  open(): Promise<TraceContent>
}

export interface TraceContent {
  /** Each as in OTLP's JSON (`Span` of trace.proto, 1.x). To be read once, before the attachments. */
  readonly spans: AsyncIterable<object> | Iterable<object>
  /** Pictures and the like that went in or came out, under the paths that they have beside the trace. */
  readonly attachments: AsyncIterable<SourceFile>
}
