import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import { agentText, startAgentText } from './agent-text.ts'
import {
  type AgentRun,
  type AgentRunOptions,
  type Message,
  relay,
  runProgram,
  type StreamEnd,
} from './agent-streams.ts'
import { createHeartbeat } from './heartbeat.ts'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { type KernelSocket, openKernelSocket } from './kernel-socket.ts'

/** A connection to the agent in a kernel. */
export interface AgentLine extends Disposable {
  run(argv: readonly string[], options: AgentRunOptions): AgentRun
  /**
   * Has the agent listen at this port of the loopback there; each connection that comes is brought to `connect`.
   *
   * @returns what the system there says against it, undefined when it listens
   * @throws TEMPORARILY_UNAVAILABLE when the connection breaks
   */
  listen(port: number): Promise<string | undefined>
}

const openMs = 15_000
const helloMs = 250

/**
 * @param parts.client the same for connections that take each other's place
 * @param parts.connect opens a connection for one that has come to the agent's port
 * @param parts.useless called when the kernel is there and does not become an agent
 * @param parts.closed called once, when it has broken; not after its disposal
 * @throws TEMPORARILY_UNAVAILABLE when the agent does not answer within 15 s, INVALID_STATE when the kernel cannot run it
 */
export async function openAgentLine(
  server: JupyterServer,
  kernelId: string,
  parts: {
    readonly client: string
    readonly connect: () => Duplex
    readonly closed: () => void
    readonly useless: () => void
  },
): Promise<AgentLine> {
  const commId = randomUUID()
  const streams = new Map<string, StreamEnd>()
  const listening = new Map<unknown, PromiseWithResolvers<string | undefined>>()
  const ready = Promise.withResolvers<void>()
  const broken = (cause?: unknown) =>
    new RunwrightError('TEMPORARILY_UNAVAILABLE', `The connection to ${server.name} broke.`, { cause })
  let ended: Error | undefined
  let expected = 1
  const heartbeat = createHeartbeat({ ping: () => say('ping'), silent: () => breakOff('The kernel is silent.') })
  // Whoever opens the line hears of it; later nobody does.
  ready.promise.catch(() => undefined)

  const say = (op: string, more: Message = {}) => socket.send('comm_msg', { comm_id: commId, data: { ...more, op } })
  const closed = (cause: unknown) => {
    end(broken(cause))
    parts.closed()
  }
  const end = (reason: Error) => {
    ended ??= reason
    heartbeat[Symbol.dispose]()
    ready.reject(reason)
    for (const { reject } of listening.values()) reject(reason)
    for (const stream of streams.values()) stream.lost(reason)
    streams.clear()
  }
  const breakOff = (why: string) => {
    socket[Symbol.dispose]()
    closed(new Error(why))
  }
  const take = (message: Message) => {
    const { op, n, id, port, said } = message
    if (typeof op !== 'string' || typeof n !== 'number') return
    // Both answers to two greetings begin anew.
    if (op !== 'ready' && n !== expected) return breakOff('A message of the kernel was lost.')
    expected = n + 1
    heartbeat.heard()
    if (op === 'ready') ready.resolve()
    else if (op === 'accept' && typeof id === 'string') {
      const stream = openRelay(id)
      streams.set(id, stream)
      stream.take('data', message)
    } else if (op === 'listening' || op === 'refused') {
      listening.get(port)?.resolve(op === 'refused' ? String(said) : undefined)
      if (op === 'refused') listening.delete(port)
    } else if (typeof id === 'string') streams.get(id)?.take(op, message)
  }
  const openRelay = (id: string) =>
    relay(
      parts.connect(),
      (op, more) => say(op, { ...more, id }),
      () => streams.delete(id),
    )

  const socket: KernelSocket = await openKernelSocket(server, kernelId, {
    closed,
    message(type, { comm_id: id, data }) {
      if (id !== commId) return
      if (type === 'comm_close') breakOff('The kernel has taken us for gone.')
      else if (isRecord(data)) take(data)
    },
  })
  heartbeat.start()
  try {
    await greet(socket, server, { commId, client: parts.client, ready: ready.promise, hello: () => say('hello') })
  } catch (error) {
    if (ended === undefined) parts.useless()
    end(broken(error))
    socket[Symbol.dispose]()
    throw error
  }

  return {
    run(argv, options) {
      const id = randomUUID()
      const own = runProgram(
        options,
        (op, more) => say(op, { ...more, id }),
        () => streams.delete(id),
      )
      if (ended === undefined) {
        streams.set(id, own.end)
        say('run', { id, argv, seconds: options.seconds ?? null, input: own.input })
        own.feed()
      } else own.end.lost(ended)
      return own.run
    },
    listen(port) {
      const asked = listening.get(port)
      if (asked !== undefined) return asked.promise
      const own = Promise.withResolvers<string | undefined>()
      own.promise.catch(() => undefined)
      listening.set(port, own)
      if (ended === undefined) say('listen', { port })
      else own.reject(ended)
      return own.promise
    },
    [Symbol.dispose]() {
      socket.send('comm_close', { comm_id: commId, data: {} })
      end(broken())
      socket[Symbol.dispose]()
    },
  }
}

/** Brings the agent into the kernel, and meets it. The first of its words may come before we are listened to. */
async function greet(
  socket: KernelSocket,
  server: JupyterServer,
  parts: {
    readonly commId: string
    readonly client: string
    readonly ready: Promise<void>
    readonly hello: () => void
  },
): Promise<void> {
  const target = await agentName()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const message = `The kernel of ${server.name} does not answer.`
    late.reject(new RunwrightError('TEMPORARILY_UNAVAILABLE', message, { hint: 'Another is started.' }))
  }, openMs)
  let greeting: NodeJS.Timeout | undefined
  try {
    const failure = await Promise.race([socket.execute(startAgentText(target)), late.promise, parts.ready])
    if (failure !== undefined) {
      throw new RunwrightError('INVALID_STATE', `The kernel of ${server.name} cannot start jobs: ${failure}`, {
        hint: 'It has to be ipykernel on Python 3.8 or later; `kernel` of the target chooses one.',
      })
    }
    socket.send('comm_open', { comm_id: parts.commId, target_name: target, data: { client: parts.client } })
    parts.hello()
    greeting = setInterval(parts.hello, helloMs)
    await Promise.race([parts.ready, late.promise])
  } finally {
    clearTimeout(timer)
    clearInterval(greeting)
  }
}

/** Agents of several versions live side by side. */
async function agentName(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(agentText('')))
  return `runwright-${Buffer.from(digest).toString('hex').slice(0, 16)}`
}
