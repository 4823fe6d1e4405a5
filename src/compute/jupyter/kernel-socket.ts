import { randomUUID } from 'node:crypto'
import { isRecord } from '../../protocol/json.ts'
import type { JupyterServer } from './jupyter-server.ts'

type Content = Readonly<Record<string, unknown>>

interface KernelMessage {
  readonly type: string
  /** The message that it answers. */
  readonly parentId: unknown
  readonly content: Content
}

/** The WebSocket of a kernel, in Jupyter's messaging protocol 5 as JSON. */
export interface KernelSocket extends Disposable {
  /** Resolves once the kernel has executed it, with the error it has raised, if any. Nothing is kept in its history. */
  execute(code: string): Promise<string | undefined>
  send(type: 'comm_open' | 'comm_msg' | 'comm_close', content: Content): void
}

/**
 * @param parts.message of a comm
 * @param parts.closed called once, when it has broken or the kernel behind it has ended; not after its disposal
 * @throws TEMPORARILY_UNAVAILABLE when it does not open
 */
export async function openKernelSocket(
  server: JupyterServer,
  kernelId: string,
  parts: {
    readonly message: (type: string, content: Content) => void
    readonly closed: (cause: unknown) => void
  },
): Promise<KernelSocket> {
  const session = randomUUID()
  const socket = server.openSocket(`api/kernels/${kernelId}/channels?session_id=${session}`)
  const executions = new Map<string, (error: string | undefined) => void>()
  let isOpen = false

  const close = (cause: unknown) => {
    if (!isOpen) return
    isOpen = false
    socket.close()
    parts.closed(cause)
  }
  const take = ({ type, parentId, content }: KernelMessage) => {
    if (type === 'execute_reply' && typeof parentId === 'string') {
      executions.get(parentId)?.(content['status'] === 'ok' ? undefined : describeError(content))
      executions.delete(parentId)
    } else if (type === 'status' && /restarting|dead|terminating/.test(String(content['execution_state']))) {
      close(new Error('The kernel has ended.'))
    } else if (type.startsWith('comm_')) parts.message(type, content)
  }
  const send = (type: string, content: Content): string => {
    const id = randomUUID()
    const header = { msg_id: id, msg_type: type, username: '', session, date: new Date().toISOString(), version: '5.3' }
    const message = { channel: 'shell', header, parent_header: {}, metadata: {}, content, buffers: [] }
    if (isOpen) socket.send(JSON.stringify(message))
    return id
  }

  socket.addEventListener('message', ({ data }) => {
    const message = isOpen ? parseMessage(data) : undefined
    if (message !== undefined) take(message)
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: unknown) => {
      reject(server.explain(cause))
      close(cause)
    }
    socket.addEventListener('error', (event) => fail('error' in event ? event.error : undefined))
    socket.addEventListener('close', () => fail(undefined))
    socket.addEventListener('open', () => {
      isOpen = true
      resolve()
    })
  })
  return {
    execute: (code) =>
      new Promise((resolve) => {
        const quiet = { silent: true, store_history: false, allow_stdin: false, stop_on_error: false }
        executions.set(send('execute_request', { code, user_expressions: {}, ...quiet }), resolve)
      }),
    send: (type, content) => void send(type, content),
    [Symbol.dispose]() {
      isOpen = false
      socket.close()
    },
  }
}

/** Undefined for what has buffers, which is none of ours. */
function parseMessage(data: unknown): KernelMessage | undefined {
  if (typeof data !== 'string') return undefined
  const message: unknown = JSON.parse(data)
  if (!isRecord(message) || !isRecord(message['header']) || !isRecord(message['content'])) return undefined
  const { header, content, parent_header: parent } = message
  if (!isRecord(header) || !isRecord(content)) return undefined
  return { type: String(header['msg_type']), parentId: isRecord(parent) ? parent['msg_id'] : undefined, content }
}

function describeError({ ename, evalue }: Content): string {
  return `${String(ename)}: ${String(evalue)}`
}
