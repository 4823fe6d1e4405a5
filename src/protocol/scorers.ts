import type { ExperimentId } from './ids.ts'

/** One version of a scorer: what judges the traces of an experiment (MLflow 3's scorers). Kept, never run. */
export interface ScorerVersion {
  readonly experimentId: ExperimentId
  readonly scorerId: string
  readonly name: string
  /** From 1; the highest one there is, and one. */
  readonly version: number
  /** JSON, as the client wrote it. */
  readonly serialized: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly creationTime: number
}

/** How many of an experiment's new traces a scorer is meant to judge; the scorers of MLflow's client ask for it. */
export interface OnlineScoring {
  readonly configId: string
  readonly scorerId: string
  readonly experimentId: ExperimentId
  /** From 0 for none to 1 for all. */
  readonly sampleRate: number
  /** A filter of a search for traces. */
  readonly filter?: string
}
