import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type JupyterMessage,
  type KernelChannel,
  parseMessage,
  toMessageTexts,
} from '../../protocol/jupyter-messages.ts'
import { isRecord } from '../../protocol/json.ts'
import { readJsonLines } from '../relay/json-lines.ts'

/** The connection to what keeps a kernel on another machine, made again whenever it breaks. */
export interface KeeperLine extends Disposable {
  /** What is asked while there is no connection, or may have been lost with one, goes with the next. */
  send(message: JupyterMessage): void
  signal(name: 'SIGINT'): void
}

export interface KeeperEnd {
  readonly code: number
  readonly said: string
}

export interface KeeperLineParts {
  /** What joins its standard input and output with the keeper: a program of this machine, with what it is to read first. */
  command(): { readonly argv: readonly string[]; readonly stdin: string }
  readonly env: Readonly<Record<string, string | undefined>>
  onMessage(message: JupyterMessage): void
  onSilence(isSilent: boolean): void
  /** The kernel has ended. */
  onEnd(end: KeeperEnd): void
  /** There is no keeper any more on a machine that can be reached. @param said what that says */
  onGone(said: string): void
  onRefused(error: unknown): void
}

/** In milliseconds. */
const firstPauseMs = 250
const longestPauseMs = 5000
/** The keeper says something every five seconds. */
const silentMs = 15_000
/** What is acknowledged is let go of there. */
const ackEvery = 100

export function openKeeperLine(parts: KeeperLineParts): KeeperLine {
  const unanswered = new Map<number, string>()
  let lastId = 0
  let had = 0
  let acked = 0
  let child: ChildProcess | undefined
  let isOver = false
  let isSilent = false
  let pauseMs = firstPauseMs
  let heardAt = performance.now()

  function tell(silent: boolean): void {
    if (isOver || silent === isSilent) return
    isSilent = silent
    parts.onSilence(silent)
  }

  function write(line: object): void {
    child?.stdin?.write(`${JSON.stringify(line)}\n`)
  }

  function ask(what: object): void {
    const id = ++lastId
    const line = JSON.stringify({ id, ...what })
    unanswered.set(id, line)
    child?.stdin?.write(`${line}\n`)
  }

  function acknowledge(): void {
    if (acked === had) return
    acked = had
    write({ ack: had })
  }

  function take(value: unknown): void {
    if (isOver || !isRecord(value)) return
    heardAt = performance.now()
    pauseMs = firstPauseMs
    tell(false)
    const { n, took, ended } = value
    if (typeof took === 'number') unanswered.delete(took)
    if (value['beat'] !== undefined) acknowledge()
    // What came over two connections comes twice.
    if (typeof n !== 'number' || n <= had) return
    had = n
    if (had - acked >= ackEvery) acknowledge()
    if (isRecord(ended)) {
      acknowledge()
      const { code, said } = ended
      return parts.onEnd({ code: typeof code === 'number' ? code : 1, said: String(said) })
    }
    try {
      parts.onMessage(readMessageLine(value))
    } catch (error) {
      parts.onRefused(error)
    }
  }

  /** Resolves when it has broken. */
  async function connect(): Promise<void> {
    const { argv, stdin } = parts.command()
    const [program = '', ...args] = argv
    const own = spawn(program, args, { env: { ...parts.env }, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    let said = ''
    const closed = new Promise<number | null>((resolve) => {
      own.once('error', () => resolve(null))
      own.once('close', resolve)
    })
    own.stdin.on('error', () => own.kill())
    own.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4000)))
    child = own
    heardAt = performance.now()
    readJsonLines(own.stdout, take)
    own.stdin.write(`${stdin}${JSON.stringify({ after: had })}\n`)
    acked = had
    for (const line of unanswered.values()) own.stdin.write(`${line}\n`)
    const code = await closed
    child = undefined
    // Ssh itself ends with 255 when it has no connection.
    if (code === null || code === 0 || code === 255 || isOver) return
    isOver = true
    parts.onGone(said)
  }

  async function stand(): Promise<void> {
    while (!isOver) {
      await connect()
      if (isOver) return
      tell(true)
      await delay(pauseMs, undefined, { ref: false })
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  const watch: NodeJS.Timeout = setInterval(() => {
    if (performance.now() - heardAt < silentMs) return
    tell(true)
    // Ssh itself gives up on a dead connection by then; what stands behind it may not.
    child?.kill()
  }, 5000)
  void stand()
  return {
    send: (message) => ask({ send: toMessageLine(message) }),
    signal: (name) => ask({ signal: name }),
    [Symbol.dispose]() {
      isOver = true
      clearInterval(watch)
      child?.kill()
    },
  }
}

function toMessageLine(message: JupyterMessage): object {
  const buffers = message.buffers.map((buffer) => Buffer.from(buffer).toString('base64'))
  return { channel: message.channel, parts: toMessageTexts(message), buffers }
}

const channels: readonly KernelChannel[] = ['shell', 'control', 'stdin', 'iopub']

/** @throws BAD_REQUEST for what is no message */
function readMessageLine({ channel, parts, buffers }: Record<string, unknown>): JupyterMessage {
  const texts = Array.isArray(parts) ? parts.map(String) : []
  const bytes = Array.isArray(buffers) ? buffers.map((text) => Buffer.from(String(text), 'base64')) : []
  return parseMessage(channels.find((known) => known === channel) ?? 'iopub', texts, bytes)
}
