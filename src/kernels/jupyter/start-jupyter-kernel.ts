import { setTimeout as delay } from 'node:timers/promises'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import type { KernelListener, RunningKernel, StartKernel } from '../kernel.ts'
import { waitForStart } from '../local/wait-for-start.ts'
import { createWelcome } from '../local/welcome.ts'
import { type KernelLine, openKernelLine } from './kernel-line.ts'
import {
  type StartedServerKernel,
  endServerKernels,
  findServerKernel,
  interruptServerKernel,
  startServerKernel,
} from './server-kernel.ts'

export interface JupyterKernelOptions {
  readonly server: JupyterServer
  /** What the server knows the kernel by. */
  readonly spec: string
  /** For the server's own lists. */
  readonly name: string
  /** Of the session on the server: tells our kernels apart, also after this process has been killed. */
  readonly path: string
  /** The first kernel, where somebody else has begun to start it; undefined where that came to nothing. */
  readonly begun?: Promise<StartedServerKernel | undefined>
  readonly startMs: number
  /** A silent cell that runs before all others. */
  readonly firstCode?: string
  randomId(): string
  makeRequest(channel: KernelChannel, type: string, content: JupyterMessage['content']): JupyterMessage
  onRefused(error: unknown): void
}

/** A kernel that a Jupyter Server keeps, spoken to by the server's WebSocket. One of an earlier process is ended first. */
export function createJupyterKernel(options: JupyterKernelOptions): StartKernel {
  let { begun } = options
  return async (listener, signal) => {
    const { server, path, onRefused } = options
    const first = await begun
    begun = undefined
    const started = first ?? (await startAnew(options))
    const { kernelId } = started
    const endKernel = () => endServerKernels(server, path).catch(onRefused)
    let line: KernelLine
    try {
      await waitToComeIn(started)
      line = await openLine(options, kernelId, { listener, signal, endKernel })
    } catch (error) {
      await endKernel()
      throw error
    }
    const kernel: RunningKernel = {
      pid: undefined,
      send: (message) => line.send(message),
      interrupt: () => interruptServerKernel(server, kernelId),
      async [Symbol.asyncDispose]() {
        line[Symbol.dispose]()
        await endKernel()
      },
    }
    return kernel
  }
}

async function startAnew(options: JupyterKernelOptions): Promise<StartedServerKernel> {
  await endServerKernels(options.server, options.path)
  return startServerKernel(options.server, options)
}

/** In milliseconds: no kernel of Python's answers sooner, and few have answered by then. */
const leastStartMs = 300

/**
 * A server connects to a kernel twice: when it has started it, to hear what state it is in, and when it lets somebody in,
 * to ask it something. It lets no message through before it has heard the answer by the first of both. A kernel listens
 * before it answers, and until then ZeroMQ tries to connect every 100 ms only: who comes in at once is often answered
 * before the server hears, and then waits half a second until it asks again (`nudge` of
 * jupyter_server/services/kernels/connection/channels.py, 2.x). Of 24 starts half were so, of 24 after 300 ms two.
 */
async function waitToComeIn({ startedAt }: StartedServerKernel): Promise<void> {
  await delay(Math.max(0, startedAt + leastStartMs - Date.now()))
}

const lookMs = 1000

async function openLine(
  { server, randomId, makeRequest, onRefused, startMs, firstCode }: JupyterKernelOptions,
  kernelId: string,
  parts: { readonly listener: KernelListener; readonly signal: AbortSignal; endKernel(): Promise<void> },
): Promise<KernelLine> {
  const { listener, signal, endKernel } = parts
  const welcome = createWelcome()
  const ended = Promise.withResolvers<RunwrightError>()
  let isTold = false
  const line = openKernelLine({
    server,
    kernelId,
    session: randomId(),
    makeRequest,
    onRefused,
    onMessage: (message) => (isTold ? listener.onMessage(message) : welcome.take(message)),
    onSilence: (isSilent) => isTold && listener.onSilence(isSilent),
    onGone(reason) {
      ended.resolve(endedAtStart(reason))
      if (isTold) void endKernel().then(() => listener.onEnd(reason))
    },
  })
  const quiet = { silent: true, store_history: false, allow_stdin: false, stop_on_error: false, user_expressions: {} }
  // The server starts it again and again, connects nobody meanwhile, and forgets it in the end.
  const look = setInterval(() => {
    const looked = findServerKernel(server, kernelId)
    looked.then((state) => state ?? ended.resolve(endedAtStart(''))).catch(() => undefined)
  }, lookMs)
  try {
    const ask = () => line.send(makeRequest('shell', 'kernel_info_request', {}))
    await waitForStart({ answered: welcome.complete, ended: ended.promise, startMs, signal, ask })
  } catch (error) {
    line[Symbol.dispose]()
    const isLate = error instanceof RunwrightError && error.code === 'TEMPORARILY_UNAVAILABLE'
    throw isLate ? (line.fault ?? error) : error
  } finally {
    clearInterval(look)
  }
  isTold = true
  if (firstCode !== undefined) line.send(makeRequest('shell', 'execute_request', { code: firstCode, ...quiet }))
  return line
}

function endedAtStart(reason: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `It ended as it was started. ${reason}`.trimEnd(), {
    hint: 'Its interpreter may lack ipykernel, or a package of it may be broken: start it by the page of the server, and see its log.',
  })
}
