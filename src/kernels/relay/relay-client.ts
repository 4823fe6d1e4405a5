import { connect, type Socket } from 'node:net'
import { createPendingAnswers } from '../../base/pending-answers.ts'
import { parseErrorBody, RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { SessionView } from '../session/session.ts'
import { readJsonLines, writeJsonLine } from './json-lines.ts'
import type { RelayFile, RelayMethod, RelayMethods } from './relay-messages.ts'

/** A connection to the relay of one kernel. Disposing it leaves relay and kernel as they are. */
export interface RelayClient extends Disposable {
  /** @throws what the relay answers; TEMPORARILY_UNAVAILABLE when it is gone */
  ask<M extends RelayMethod>(method: M, params: RelayMethods[M]['params']): Promise<RelayMethods[M]['result']>
}

export interface RelayClientOptions {
  readonly file: RelayFile
  onView(view: SessionView): void
  /** The relay has ended. */
  onGone(): void
}

const connectMs = 5000

/** Undefined where nobody listens that takes the token. */
export async function connectRelay({ file, onView, onGone }: RelayClientOptions): Promise<RelayClient | undefined> {
  const socket = await open(file.port)
  if (socket === undefined) return undefined
  const answers = createPendingAnswers<unknown>()
  let isClosed = false
  socket.once('close', () => {
    answers.end(gone())
    if (!isClosed) onGone()
    isClosed = true
  })
  readJsonLines(socket, (value) => {
    if (!isRecord(value)) return
    // SAFETY: the relay holds the token that this user's own file has, so it is ours.
    if (isRecord(value['view'])) onView(value['view'] as unknown as SessionView)
    else if (typeof value['id'] !== 'number') return
    else if (value['error'] === undefined) answers.resolve(value['id'], value['result'])
    else answers.reject(value['id'], parseErrorBody(value['error'], 500))
  })
  writeJsonLine(socket, { token: file.token })
  const client: RelayClient = {
    async ask(method, params) {
      const result = await answers.ask((id) => writeJsonLine(socket, { id, method, params }))
      // SAFETY: as above; a relay of an older version has the same methods, or none of this name.
      return result as RelayMethods[typeof method]['result']
    },
    [Symbol.dispose]() {
      isClosed = true
      socket.destroy()
    },
  }
  return client
}

function open(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, timeout: connectMs })
    const fail = () => {
      socket.destroy()
      resolve(undefined)
    }
    socket.once('timeout', fail)
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', fail)
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}

function gone(): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The process that keeps the kernel has ended.', {
    hint: 'Restart the kernel.',
  })
}
