import { setTimeout as delay } from 'node:timers/promises'
import type { NodeCommand } from '../../base/node-command.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'
import { isRecord } from '../../protocol/json.ts'
import type { KernelListener, StartKernel } from '../kernel.ts'
import { explainEnd, explainStart } from '../local/explain-end.ts'
import { type KernelProcess, startProcess } from '../local/kernel-process.ts'
import type { LocalPatience } from '../local/start-local-kernel.ts'
import { waitForStart } from '../local/wait-for-start.ts'
import { watchPulse } from '../local/watch-pulse.ts'
import { readJsonLines } from '../relay/json-lines.ts'
import type { LineFromKernel, LineToKernel, MessageLine } from './kernel-lines.ts'

export interface JavaScriptKernelOptions {
  /** Starts `main.ts`. */
  readonly command: NodeCommand
  /** Absolute: the notebook's folder. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly patience: Pick<LocalPatience, 'startMs' | 'endMs'>
  randomId(): string
  now(): number
}

/** The built-in kernel: a Node of its own, which this one speaks to over two pipes. */
export function createJavaScriptKernel(options: JavaScriptKernelOptions): StartKernel {
  return async (listener, signal) => {
    const { command, patience } = options
    const line = openLine(options, listener)
    const { child } = line
    const program = command.file
    try {
      const ended = explainStart(child, program)
      await waitForStart({ answered: line.ready, ended, startMs: patience.startMs, signal, ask: () => {} })
    } catch (error) {
      line[Symbol.dispose]()
      await child.end(0)
      throw error
    }
    line.open()
    void child.ended.then(async (end) => {
      // What it has said last is in the pipe.
      await Promise.race([line.emptied, delay(lastWordsMs)])
      if (line.isClosed) return
      line[Symbol.dispose]()
      await child.end(0)
      listener.onEnd(explainEnd(end, program))
    })
    return {
      pid: child.pid,
      send: ({ header: { msg_id: id, msg_type: type }, content }) => line.tell({ kind: 'request', id, type, content }),
      interrupt: () => Promise.resolve(line.tell({ kind: 'interrupt' })),
      async [Symbol.asyncDispose]() {
        line[Symbol.dispose]()
        child.signal('SIGTERM')
        await child.end(patience.endMs)
      },
    }
  }
}

const lastWordsMs = 1000

/** The process with its pipes. Nothing is told to the listener before it is opened, nor after it was disposed. */
interface KernelLine extends Disposable {
  readonly child: KernelProcess
  /** It takes requests. */
  readonly ready: Promise<void>
  /** All that it has said was read: its end of the pipe is closed. */
  readonly emptied: Promise<void>
  readonly isClosed: boolean
  open(): void
  tell(line: LineToKernel): void
}

function openLine(options: JavaScriptKernelOptions, listener: KernelListener): KernelLine {
  const { command, cwd, env } = options
  const toMessage = createReader(options)
  const ready = Promise.withResolvers<void>()
  const emptied = Promise.withResolvers<void>()
  let isOpen = false
  let isClosed = false
  let lastCell = ''
  const show = (message: MessageLine) => isOpen && listener.onMessage(toMessage(message))
  const child = startProcess([command.file, ...command.args], {
    cwd,
    env: { ...env, ...command.env },
    hasPipes: true,
    // Native code, and programs that a cell starts, print past the kernel.
    onSaid: (name, text) =>
      show({ kind: 'message', channel: 'iopub', type: 'stream', parent: lastCell, content: { name, text } }),
  })
  const tell = (line: LineToKernel) => void child.pipes?.input.write(`${JSON.stringify(line)}\n`)
  const pulse = watchPulse({ ask: () => tell({ kind: 'ping' }), onSilence: (is) => isOpen && listener.onSilence(is) })
  if (child.pipes !== undefined) {
    child.pipes.output.once('close', emptied.resolve).on('error', () => {})
    readJsonLines(child.pipes.output, (value) => {
      if (!isRecord(value)) return
      pulse.beat()
      // SAFETY: the process that was started here alone has the other end of this pipe.
      const line = value as unknown as LineFromKernel
      if (line.kind === 'ready') ready.resolve()
      if (line.kind === 'message') show(line)
    })
  }
  return {
    child,
    ready: ready.promise,
    emptied: emptied.promise,
    get isClosed() {
      return isClosed
    },
    open: () => void (isOpen = true),
    tell(line) {
      if (line.kind === 'request' && line.type === 'execute_request') lastCell = line.id
      tell(line)
    },
    [Symbol.dispose]() {
      isOpen = false
      isClosed = true
      pulse[Symbol.dispose]()
    },
  }
}

/** Lines as the messages that other kernels send. */
function createReader({ randomId, now }: JavaScriptKernelOptions): (line: MessageLine) => JupyterMessage {
  const session = randomId()
  return ({ channel, type, parent, content }) => ({
    channel,
    header: {
      msg_id: randomId(),
      session,
      username: 'kernel',
      date: new Date(now()).toISOString(),
      msg_type: type,
      version: '5.4',
    },
    parent_header: parent === '' ? {} : { msg_id: parent },
    metadata: {},
    content,
    buffers: [],
  })
}
