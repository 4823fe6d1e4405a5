import type { NodeCommand } from '../../base/node-command.ts'
import { type Feeds, openSessionHost, type Session, type SessionHost } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import type { MeasuredModel } from '../measure-models.ts'
import { withoutPadding } from './without-padding.ts'

type Outputs = ReadonlyMap<string, TensorValue>

/** Two models that are given the same, each in a process of its own: what one of them does there harms no other. */
export interface Pair {
  readonly original: Session
  readonly candidate: Session
  /**
   * Runs both, and leaves out what nobody reads: see `withoutPadding`.
   *
   * @throws as `Session.run`
   */
  run(feeds: Feeds): Promise<{ readonly original: Outputs; readonly candidate: Outputs }>
}

export interface OpenModel extends AsyncDisposable {
  readonly host: SessionHost
  readonly session: Session
}

/** What opening a model takes. */
export interface OpenContext {
  /** Runs `dist/onnx-worker.js`. */
  readonly runtime: NodeCommand
  readonly threads: number
  readonly signal: AbortSignal
}

/** @throws as `SessionHost.open` */
export async function openModel(
  { name, model }: MeasuredModel,
  { runtime, threads, signal }: OpenContext,
): Promise<OpenModel> {
  await using cleanup = new AsyncDisposableStack()
  const host = cleanup.use(await openSessionHost(runtime, {}, signal))
  const session = await host.open(model, { intraThreads: threads }, { about: name, signal })
  const owned = cleanup.move()
  return { host, session, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export function pairOf(original: Session, candidate: Session, signal: AbortSignal): Pair {
  return {
    original,
    candidate,
    async run(feeds) {
      const [first, second] = [await original.run(feeds, { signal }), await candidate.run(feeds, { signal })]
      return { original: withoutPadding(feeds, first.outputs), candidate: withoutPadding(feeds, second.outputs) }
    },
  }
}
