import { randomUUID } from 'node:crypto'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { type MessageSocket, openMessageSocket } from '../../jupyter/message-socket.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'

type Content = Readonly<Record<string, unknown>>

/** The WebSocket of a kernel that starts jobs. */
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
  const executions = new Map<string, (error: string | undefined) => void>()
  const take = ({ header, parent_header: { msg_id: id = '' }, content }: JupyterMessage) => {
    const { msg_type: type } = header
    if (type === 'execute_reply') {
      executions.get(id)?.(content['status'] === 'ok' ? undefined : describeError(content))
      executions.delete(id)
    } else if (type === 'status' && /restarting|dead|terminating/.test(String(content['execution_state']))) {
      socket[Symbol.dispose]()
      parts.closed(new Error('The kernel has ended.'))
    } else if (type.startsWith('comm_')) parts.message(type, content)
  }
  const send = (type: string, content: Content): string => {
    const id = randomUUID()
    const header = { msg_id: id, msg_type: type, username: '', session, date: new Date().toISOString(), version: '5.3' }
    socket.send({ channel: 'shell', header, parent_header: {}, metadata: {}, content, buffers: [] })
    return id
  }
  const socket: MessageSocket = await openMessageSocket(server, kernelId, {
    session,
    message: take,
    closed: parts.closed,
    // None of ours.
    refused: () => undefined,
  })
  return {
    execute: (code) =>
      new Promise((resolve) => {
        const quiet = { silent: true, store_history: false, allow_stdin: false, stop_on_error: false }
        executions.set(send('execute_request', { code, user_expressions: {}, ...quiet }), resolve)
      }),
    send: (type, content) => void send(type, content),
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  }
}

function describeError({ ename, evalue }: Content): string {
  return `${String(ename)}: ${String(evalue)}`
}
