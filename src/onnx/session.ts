import { stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { basename, resolve } from 'node:path'
import type { NodeCommand } from '../base/node-command.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { checkFeeds, type Feeds } from './check-feeds.ts'
import { fixSource, type SessionOptions, toRuntimeOptions } from './runtime/load-options.ts'
import { openProcessGroup, type ProcessLimits } from './runtime/process-group.ts'
import type { Exchange } from './runtime/exchange.ts'
import type { OpenedSession, Placed, ValueSignature } from './runtime/messages.ts'
import { placeTensors, takeTensor } from './runtime/place-tensors.ts'
import { openRuntime, type Runtime } from './runtime/open-runtime.ts'
import type { Patience } from './runtime/watch-child.ts'
import type { TensorValue } from './tensor-value.ts'

export type { Feeds } from './check-feeds.ts'
export type { SessionOptions } from './runtime/load-options.ts'
export type { ProcessLimits } from './runtime/process-group.ts'
export type { ValueSignature } from './runtime/messages.ts'
export type { Patience } from './runtime/watch-child.ts'

export interface HostSettings {
  /**
   * Most resident memory of the process, in bytes, weights that are mapped from a file included. It is looked at every
   * 20 ms, so a model can exceed it for that long; a bound without such a gap is `limits.memoryBytes`. Node and the
   * library take about 100 MB of it. Default: three quarters of the machine's.
   */
  readonly memoryBytes?: number
  /** What the process is held to by a cgroup, where the machine allows it. */
  readonly limits?: ProcessLimits
}

/** A process that runs models. Several may be open in it; it runs one at a time. */
export interface SessionHost extends AsyncDisposable {
  /** What could not be limited, and why, as a sentence; undefined when all could, or nothing was asked. */
  readonly notLimited: string | undefined
  readonly pid: number
  /**
   * Loads a model, from a file or from bytes. Weights in other files are found beside a file only.
   *
   * @param about what errors call it. Default: the file's name
   * @throws ModelFailed; CANCELLED; INVALID_STATE when the process has ended; RESOURCE_DOES_NOT_EXIST
   */
  open(
    model: string | Uint8Array,
    options?: SessionOptions,
    how?: Patience & { readonly about?: string },
  ): Promise<Session>
  /** Bytes of resident memory: the most since the process began, and the present. */
  measureMemory(): Promise<{ readonly peakBytes: number; readonly presentBytes: number }>
}

export interface RunOptions extends Patience {
  /** Names of those wanted. Default: all that are tensors. */
  readonly outputs?: readonly string[]
}

/** A loaded model. Disposing it frees its memory. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly ValueSignature[]
  readonly outputs: readonly ValueSignature[]
  /** Milliseconds from the start of loading to a session that can run. */
  readonly loadMs: number
  /**
   * Runs the model once.
   *
   * @returns `runMs` is the run alone, as measured in the process that ran it
   * @throws as `SessionHost.open`; INVALID_PARAMETER_VALUE when feeds are not what the model takes
   */
  run(
    feeds: Feeds,
    options?: RunOptions,
  ): Promise<{ readonly outputs: Map<string, TensorValue>; readonly runMs: number }>
  /**
   * Runs the model again and again with the same feeds, and throws its outputs away.
   *
   * @returns milliseconds of each of `count` runs, without those of `warmUp` before them, and of the processor (all
   *   threads, user and system) for all `count`
   * @throws as `run`
   */
  repeat(
    feeds: Feeds,
    options: RunOptions & { readonly count: number; readonly warmUp: number },
  ): Promise<{ readonly runsMs: Float64Array; readonly cpuMs: number }>
}

/**
 * Starts a process for models. A model that crashes it, hangs past its deadline or is cancelled in a long run takes the
 * process with it, and with the process the other sessions: models that are not trusted have a host each.
 *
 * @param command runs `dist/onnx-worker.js`
 * @param signal kills the process
 * @throws NOT_IMPLEMENTED where ONNX Runtime's native part cannot be loaded; CANCELLED; INVALID_STATE
 */
export async function openSessionHost(
  command: NodeCommand,
  settings: HostSettings,
  signal: AbortSignal,
): Promise<SessionHost> {
  const memoryBytes = settings.memoryBytes ?? totalmem() * 0.75
  await using cleanup = new AsyncDisposableStack()
  const group = cleanup.use(await openProcessGroup(settings.limits ?? {}))
  const runtime = cleanup.use(await openRuntime(command, { memoryBytes }, signal))
  await group.add(runtime.pid)
  const owned = cleanup.move()
  return {
    notLimited: group.refusal,
    pid: runtime.pid,
    open: (model, options = {}, how = {}) => openSession(runtime, model, options, how),
    measureMemory: () =>
      runtime.request({ about: 'Memory', ask: () => ({ kind: 'memory' }), read: (answer) => answer }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openSession(
  runtime: Runtime,
  model: string | Uint8Array,
  options: SessionOptions,
  {
    about = typeof model === 'string' ? basename(model) : 'The model',
    ...patience
  }: Parameters<SessionHost['open']>[2] & {},
): Promise<Session> {
  const path = typeof model === 'string' ? await findFile(model) : undefined
  const source = await fixSource(path ?? model, about, options.dimensions)
  const opened = await runtime.request({
    ...patience,
    about,
    ask: (exchange) => ({
      kind: 'open',
      model: placeModel(exchange, source),
      options: toRuntimeOptions(options, path),
    }),
    read: (answer) => answer,
  })
  return createSession(runtime, opened, about)
}

function createSession(runtime: Runtime, { session, inputs, outputs, loadMs }: OpenedSession, about: string): Session {
  const tensors = outputs.flatMap(({ name, dtype }) => (dtype === undefined ? [] : [name]))
  const ask = (feeds: Feeds, wanted: readonly string[] = tensors) => {
    checkFeeds(inputs, feeds, about)
    checkOutputs(outputs, wanted, about)
    return (exchange: Exchange) => ({ session, feeds: placeTensors(feeds, exchange), outputs: wanted })
  }
  return {
    inputs,
    outputs,
    loadMs,
    async run(feeds, run = {}) {
      const asked = ask(feeds, run.outputs)
      return runtime.request({
        signal: run.signal,
        deadlineMs: run.deadlineMs,
        about,
        ask: (exchange) => ({ kind: 'run', ...asked(exchange) }),
        read: ({ outputs: placed, runMs }, exchange) => ({
          outputs: new Map(placed.map((tensor) => [tensor.name, takeTensor(tensor, exchange)])),
          runMs,
        }),
      })
    },
    async repeat(feeds, { count, warmUp, ...run }) {
      const asked = ask(feeds, run.outputs)
      return runtime.request({
        signal: run.signal,
        deadlineMs: run.deadlineMs,
        about,
        ask: (exchange) => ({ kind: 'repeat', count, warmUp, ...asked(exchange) }),
        read: (answer) => answer,
      })
    },
    async [Symbol.asyncDispose]() {
      // Where the process has ended, its memory is free.
      await runtime.request({ about, ask: () => ({ kind: 'close', session }), read: () => {} }).catch(() => {})
    },
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
async function findFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return resolve(path)
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no model at ${path}.`)
}

function placeModel(exchange: Exchange, model: string | Uint8Array): Placed | string {
  if (typeof model === 'string') return model
  const [placed] = exchange.place([model])
  return placed ?? { inline: model }
}

function checkOutputs(outputs: readonly ValueSignature[], wanted: readonly string[], about: string): void {
  for (const name of wanted) {
    const output = outputs.find((each) => each.name === name)
    if (output === undefined) {
      const names = outputs.map((each) => `"${each.name}"`).join(', ')
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `${about}: it has no output "${name}".`, {
        hint: `Its outputs are: ${names}.`,
      })
    }
    if (output.dtype === undefined) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `${about}: the output "${name}" is no tensor.`, {
        hint: 'Only tensors can be taken. A classifier of scikit-learn gives some when it is converted with zipmap=False.',
      })
    }
  }
}
