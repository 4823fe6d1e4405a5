import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { RunwrightError, toErrorBody } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { Session } from '../session/session.ts'
import { readJsonLines, writeJsonLine } from './json-lines.ts'
import type { RelayAnswer, RelayQuestion } from './relay-messages.ts'

/** Lets engines that know the token ask a session; it goes on whether any is there or not. */
export interface RelayServer extends AsyncDisposable {
  readonly port: number
  /** Tells all that the view has changed. */
  tellView(): void
  readonly connectionCount: number
}

export interface RelayServerParts {
  readonly token: string
  readonly session: () => Session
  takeSecrets(values: Readonly<Record<string, string>>): void
  /** Somebody has asked for the end; the answer is sent when this settles. */
  shutdown(): Promise<void>
  onError(error: unknown): void
}

export async function openRelayServer(parts: RelayServerParts): Promise<RelayServer> {
  const known = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('close', () => known.delete(socket))
    readJsonLines(socket, (value) => {
      if (known.has(socket)) void answer(parts, value).then((said) => said && writeJsonLine(socket, said))
      else if (hasToken(value, parts.token)) known.add(socket)
      else socket.destroy()
    })
  })
  const port = await listen(server)
  return {
    port,
    tellView() {
      const view: RelayAnswer = { view: parts.session().view() }
      for (const socket of known) writeJsonLine(socket, view)
    },
    get connectionCount() {
      return known.size
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of known) socket.end()
      await closed
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
      else reject(new Error('The relay listens on no port.'))
    })
  })
}

function hasToken(value: unknown, token: string): boolean {
  if (!isRecord(value) || typeof value['token'] !== 'string') return false
  const [given, expected] = [Buffer.from(value['token']), Buffer.from(token)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

async function answer(parts: RelayServerParts, value: unknown): Promise<RelayAnswer | undefined> {
  if (!isRecord(value) || typeof value['id'] !== 'number') return undefined
  // SAFETY: who knows the token is an engine of this user, which checked what it passes on.
  const question = value as unknown as RelayQuestion
  try {
    return { id: question.id, result: (await run(parts, question)) ?? {} }
  } catch (error) {
    if (error instanceof RunwrightError) return { id: question.id, error: toErrorBody(error) }
    parts.onError(error)
    return { id: question.id, error: { error_code: 'INTERNAL_ERROR', message: `The kernel's relay failed: ${error}` } }
  }
}

function run(parts: RelayServerParts, { method, params }: RelayQuestion): unknown {
  const session = parts.session()
  switch (method) {
    case 'view':
      return session.view()
    case 'executions':
      return session.executions()
    case 'execute':
      return session.execute(params)
    case 'secrets':
      return parts.takeSecrets(params.values)
    case 'use':
      return session.use()
    case 'limits':
      return session.setIdleTimeout(params.idleTimeoutMs)
    case 'interrupt':
      return session.interrupt()
    case 'restart':
      return session.restart().then(() => session.view())
    case 'input':
      return session.answerInput(params.executionId, params.value)
    case 'ask':
      return session.ask(params.type, params.content)
    case 'shutdown':
      return parts.shutdown()
  }
}
