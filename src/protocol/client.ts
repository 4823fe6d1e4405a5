import type { DeliveredEvent, EventCursor } from './events.ts'
import type { RunId } from './ids.ts'
import type { MethodName, Methods } from './methods.ts'

/** How views, commands and the CLI talk to an engine, or to an MLflow server that stands in for one. */
export interface Client extends AsyncDisposable {
  /** Settles always: with the result, a `RunwrightError`, or ENGINE_UNREACHABLE when the connection is given up. */
  call<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    options?: { signal?: AbortSignal },
  ): Promise<Methods[M]['result']>

  /**
   * Delivers events from `cursor` on (from now on, after a `reset`, without one) until the signal is aborted, and
   * reconnects by itself in between, starting the engine anew when it died.
   */
  events(signal: AbortSignal, cursor?: EventCursor): AsyncIterable<DeliveredEvent>

  /** One artifact as a stream of bytes; `path` is relative to the run's artifact root. */
  download(runId: RunId, path: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>

  /** Stores one artifact, complete or not at all. */
  upload(runId: RunId, path: string, body: ReadableStream<Uint8Array> | Uint8Array, signal?: AbortSignal): Promise<void>

  /** Where a plain MLflow client reaches the same runs, with the token for `MLFLOW_TRACKING_TOKEN` if it needs one. */
  tracking(): Promise<{ uri: string; token?: string }>
}
