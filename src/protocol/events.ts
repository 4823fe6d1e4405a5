import type { ExperimentId, RunId } from './ids.ts'
import type { JobId } from './jobs.ts'
import type { KernelId } from './kernels.ts'
import type { Metric } from './runs.ts'

/**
 * What the engine tells every subscriber, as server-sent events. Events say that something changed and, where it is
 * cheap, to what; they are not a log of it: several changes of one thing may arrive as one event.
 */
export type ChangeEvent =
  /** The subscriber's cursor is unknown here (first connection, engine restarted, too far behind): fetch all anew. */
  | { readonly kind: 'reset' }
  /** An experiment was created, renamed, tagged, deleted or restored. */
  | { readonly kind: 'experiment'; readonly experimentId: ExperimentId }
  /** A run was created, updated, deleted or restored, or its params, tags, inputs or outputs changed. */
  | { readonly kind: 'run'; readonly experimentId: ExperimentId; readonly runId: RunId }
  /** The latest points of these metrics changed. */
  | {
      readonly kind: 'metrics'
      readonly experimentId: ExperimentId
      readonly runId: RunId
      readonly latest: readonly Metric[]
    }
  | { readonly kind: 'artifacts'; readonly experimentId: ExperimentId; readonly runId: RunId }
  /** A registered model was created, renamed (both names are told), changed or deleted, or one of its versions was. */
  | { readonly kind: 'registered-model'; readonly name: string }
  /** A job was launched, went on, waits for something else, or ended. */
  | { readonly kind: 'job-changed'; readonly experimentId: ExperimentId; readonly runId: RunId; readonly jobId: JobId }
  /** A kernel was started, changed its status, has an execution more or one that ended, or was shut down. */
  | { readonly kind: 'kernel-changed'; readonly kernelId: KernelId }
  /** Someone asked for the run to stop; its supervisor ends the command, or its job is cancelled. */
  | { readonly kind: 'stop-requested'; readonly experimentId: ExperimentId; readonly runId: RunId }

/** `INSTANCE:SEQUENCE`: which start of the engine, and how many events it had sent. Opaque to clients. */
export type EventCursor = string

export interface DeliveredEvent {
  readonly cursor: EventCursor
  readonly event: ChangeEvent
}
