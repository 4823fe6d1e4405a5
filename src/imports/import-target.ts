import type { ExperimentId } from '../protocol/ids.ts'
import type { MethodName, Methods } from '../protocol/methods.ts'
import type { ArtifactEntry, Tag } from '../protocol/runs.ts'

/** Where runs are imported to: an engine, asked as any client asks it. */
export interface ImportTarget {
  call<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>
  /** The experiment of that name, made where there is none. */
  ensureExperiment(name: string, tags: readonly Tag[]): Promise<ExperimentId>
  /** The answer to a request of MLflow's interface. @param path as `/api/3.0/mlflow/traces` */
  post(path: string, body: object): Promise<unknown>
  /** What a folder of its artifacts holds. */
  list(owner: ArtifactOwner, path: string): Promise<readonly ArtifactEntry[]>
  /**
   * Stores one artifact, complete or not at all.
   *
   * @param open called again when the engine went away meanwhile
   */
  store(owner: ArtifactOwner, path: string, open: () => Promise<ReadableStream<Uint8Array>>): Promise<void>
}

/** Whose artifacts are meant: a run's, a logged model's or a trace's. */
export interface ArtifactOwner {
  readonly artifactUri: string
}
