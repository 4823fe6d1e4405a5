import type { ExperimentId, RunId } from './ids.ts'
import type { ModelStage } from './registered-models.ts'
import type { Param, RunStatus, Tag } from './runs.ts'

/** Tags of runs and traces that come from elsewhere. */
export const importTags = {
  /** Of a run: what kind of place it was, and which run in it; an import of the same run goes on with this one. */
  source: 'runwright.import.source',
  /** Changes when the run or trace in its source does. Written last, so one without it has not come whole. */
  fingerprint: 'runwright.import.fingerprint',
} as const

/** A run as it is in the place that it comes from, without what was logged to it. */
export interface ImportedRun {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly status: RunStatus
  readonly userId: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  readonly endTime?: number
  /** The value of its tag `source`. */
  readonly source: string
}

/** Points of one metric as columns of equal length. */
export interface ImportedPoints {
  readonly key: string
  /** Integers within ±(2^53 − 1). */
  readonly steps: readonly number[]
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestamps: readonly number[]
  /** Any doubles. */
  readonly values: readonly number[]
}

export interface ImportMethods {
  /**
   * Begins a run that comes from elsewhere, or goes on with one that came before: `known`, with its fingerprint once it
   * has come whole. Nothing is changed where the id is that of a run that came from nowhere (`foreign`), or that was
   * deleted here.
   */
  'import/run': {
    params: ImportedRun
    result: {
      state: 'new' | 'known' | 'deleted' | 'foreign'
      fingerprint: string | null
      /** Of the run, or of the one that is there. */
      artifactUri: string
    }
  }
  /** All or none of it; what was stored before changes nothing. At most 10,000 points, 1,000 params and 1,000 tags. */
  'import/batch': {
    params: { runId: RunId; points?: readonly ImportedPoints[]; params?: readonly Param[]; tags?: readonly Tag[] }
    result: Record<never, never>
  }
  /** Says that all of a run has come. */
  'import/end-run': {
    params: { runId: RunId; name: string; status: RunStatus; endTime?: number; fingerprint: string }
    result: Record<never, never>
  }
  /** A logged model under the id that it has elsewhere. `known` where it is there already, and then it stays as it is. */
  'import/logged-model': {
    params: {
      modelId: string
      experimentId: ExperimentId
      name: string
      modelType: string
      sourceRunId: string
      /** Milliseconds since 1970-01-01 UTC. */
      creationTime: number
      params: readonly Param[]
      tags: readonly Tag[]
    }
    result: { state: 'new' | 'known'; artifactUri: string }
  }
  /**
   * Adds spans to a trace that was started, with what they say as it is. One that is there is put over. The fingerprint
   * comes with the last of them: another text whenever the trace has changed in its source.
   */
  'import/spans': {
    params: {
      traceId: string
      /** Each as in OTLP's JSON (`Span` of trace.proto, 1.x); at most 1,000. */
      spans: readonly object[]
      fingerprint?: string
    }
    result: Record<never, never>
  }
  /** A registered model; one that is there gets the tags that it lacks. */
  'import/registered-model': {
    params: { name: string; description: string; tags: readonly Tag[] }
    result: { state: 'new' | 'known' }
  }
  /**
   * A version under the number that it has elsewhere. `known` where that number is there with the same source; `taken`
   * where it is of something else, which stays as it is.
   */
  'import/model-version': {
    params: {
      name: string
      version: number
      description: string
      /** Of this store: `runs:/…` or `models:/…`. */
      source: string
      runId?: RunId
      modelId?: string
      stage: ModelStage
      /** Milliseconds since 1970-01-01 UTC. */
      creationTime: number
      tags: readonly Tag[]
      aliases: readonly string[]
    }
    result: { state: 'new' | 'known' | 'taken' }
  }
}
