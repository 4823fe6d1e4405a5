import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'
import { writePrivateText } from '../../store/private-file.ts'
import type { KernelListener, RunningKernel, StartKernel } from '../kernel.ts'
import { type ConnectionFile, findPorts } from './connection-file.ts'
import { explainEnd, explainStart } from './explain-end.ts'
import { type KernelProcess, startProcess } from './kernel-process.ts'
import { openSockets } from './sockets.ts'
import { waitForStart } from './wait-for-start.ts'
import { createWelcome } from './welcome.ts'

export interface LocalKernelOptions {
  /** Program and arguments; `{connection_file}` stands for the path of that file. */
  readonly argv: readonly string[]
  /** By a message on its control channel, not by a signal. */
  readonly isInterruptedByMessage: boolean
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute; only its owner may read it. */
  readonly connectionPath: string
  readonly patience: LocalPatience
  makeRequest(channel: 'shell' | 'control', type: string, content: JupyterMessage['content']): JupyterMessage
  onRefused(error: unknown): void
}

/** In milliseconds. */
export interface LocalPatience {
  readonly startMs: number
  /** From the request to end, until what runs is interrupted. */
  readonly interruptMs: number
  /** From that request, until it is killed. */
  readonly endMs: number
}

export const localPatience: LocalPatience = { startMs: 60_000, interruptMs: 500, endMs: 5000 }

/** A kernel as a process of this machine, that speaks Jupyter's protocol over ZeroMQ. */
export function createLocalKernel(options: LocalKernelOptions): StartKernel {
  return async (listener, signal) => {
    for (let left = 2; ; left--) {
      try {
        return await startOnce(options, listener, signal)
      } catch (error) {
        const isPortTaken = error instanceof RunwrightError && /address already in use/i.test(error.message)
        if (!isPortTaken || left === 0) throw error
      }
    }
  }
}

async function startOnce(
  options: LocalKernelOptions,
  listener: KernelListener,
  signal: AbortSignal,
): Promise<RunningKernel> {
  const { argv, cwd, env, connectionPath, patience } = options
  const [library, ports] = await Promise.all([import('zeromq'), findPorts()])
  const connection: ConnectionFile = {
    ...ports,
    transport: 'tcp',
    ip: '127.0.0.1',
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256',
  }
  await writePrivateText(connectionPath, JSON.stringify(connection))
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'The start of the kernel was cancelled.')
  const words = argv.map((word) => word.replaceAll('{connection_file}', connectionPath))
  const child = startProcess(words, { cwd, env: { ...env, JPY_PARENT_PID: String(process.pid) } })
  const welcome = createWelcome()
  let isTold = false
  const sockets = openSockets({
    library,
    connection,
    onMessage(message) {
      if (isTold) listener.onMessage(message)
      else welcome.take(message)
    },
    onSilence: (isSilent) => isTold && listener.onSilence(isSilent),
    onRefused: options.onRefused,
  })
  const close = () => {
    isTold = false
    sockets[Symbol.dispose]()
    rmSync(connectionPath, { force: true })
  }
  try {
    await waitForStart({
      answered: Promise.all([welcome.complete, sockets.connected]),
      ended: explainStart(child, argv[0] ?? ''),
      startMs: patience.startMs,
      signal,
      ask: () => sockets.send(options.makeRequest('shell', 'kernel_info_request', {})),
    })
  } catch (error) {
    close()
    await child.end(0)
    throw error
  }
  isTold = true
  void child.ended.then(async (end) => {
    if (!isTold) return
    // What it has sent last is on its way.
    await delay(lastWordsMs)
    if (!isTold) return
    close()
    await child.end(0)
    listener.onEnd(explainEnd(end, argv[0] ?? ''))
  })
  return {
    pid: child.pid,
    send: (message) => sockets.send(message),
    interrupt() {
      if (!options.isInterruptedByMessage) return interrupt(child)
      sockets.send(options.makeRequest('control', 'interrupt_request', {}))
      return Promise.resolve()
    },
    async [Symbol.asyncDispose]() {
      isTold = false
      sockets.send(options.makeRequest('control', 'shutdown_request', { restart: false }))
      // One in the midst of a cell ends when that does.
      const interrupting = setTimeout(() => child.signal('SIGINT'), patience.interruptMs)
      await child.end(patience.endMs)
      clearTimeout(interrupting)
      close()
    },
  }
}

const lastWordsMs = 100

function interrupt(child: KernelProcess): Promise<void> {
  if (process.platform === 'win32') {
    throw new RunwrightError('NOT_IMPLEMENTED', 'A kernel on Windows cannot be interrupted yet.', {
      hint: 'Restart it: what it has in memory is lost.',
    })
  }
  child.signal('SIGINT')
  return Promise.resolve()
}
