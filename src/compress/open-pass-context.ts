import type { NodeCommand } from '../base/node-command.ts'
import type { SessionHost } from '../onnx/session.ts'
import { createHostContext } from './host-context.ts'
import type { SampleReaders } from './open-sample-data.ts'
import type { PassContext } from './pass.ts'
import type { SampleData } from './sample-data.ts'
import { createRenewedHost } from './search/renewed-host.ts'
import { weightsInMemory } from './weights.ts'

export interface PassContextSettings {
  /** Runs `dist/onnx-worker.js`. */
  readonly runtime: NodeCommand
  /** The file that inputs of the data are named by. */
  readonly model: string
  /** A file that `openSampleData` takes. */
  readonly data: string | undefined
  readonly readers: SampleReaders
  readonly signal: AbortSignal
}

/** What passes take to make a model again: the runtime, and the data when ranges are taken from it. */
export interface OpenPassContext extends AsyncDisposable {
  readonly context: Omit<PassContext, 'weights'>
}

/**
 * Without data, passes that need calibration say so. What runs models, and reads data, is loaded when it is wanted: a small
 * model takes less memory than that.
 *
 * @throws as `SessionHost.open` for the model and `openSampleData` for the data
 */
export async function openPassContext({
  runtime,
  model,
  data: path,
  readers,
  signal,
}: PassContextSettings): Promise<OpenPassContext> {
  await using cleanup = new AsyncDisposableStack()
  const host = cleanup.use(createRenewedHost(runtime, signal))
  const data = path === undefined ? undefined : cleanup.use(await openDataFor(host, model, path, readers, signal))
  const owned = cleanup.move()
  return {
    context: createHostContext({ host, weights: weightsInMemory, data, signal }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openDataFor(
  host: Pick<SessionHost, 'open'>,
  model: string,
  path: string,
  readers: SampleReaders,
  signal: AbortSignal,
): Promise<SampleData> {
  const { openSampleData } = await import('./open-sample-data.ts')
  const inputs = await readInputs(host, model, signal)
  return await openSampleData(path, inputs, readers)
}

async function readInputs(host: Pick<SessionHost, 'open'>, model: string, signal: AbortSignal) {
  await using session = await host.open(model, {}, { signal })
  return session.inputs
}
