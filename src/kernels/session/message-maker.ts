import type { JupyterHeader, JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import type { ExecuteRequest } from './session-state.ts'

const protocolVersion = '5.4'

/** Makes what is sent to a kernel. */
export interface MessageMaker {
  make(channel: KernelChannel, type: string, content: JupyterMessage['content']): JupyterMessage
  /** Its id is that of the execution, so that all that comes of it says so, after a restart of everything too. */
  execute(request: ExecuteRequest): JupyterMessage
  input(to: JupyterHeader, value: string): JupyterMessage
}

export function createMessageMaker({ randomId, now }: { randomId(): string; now(): number }): MessageMaker {
  const session = randomId()

  function makeAs(
    id: string,
    channel: KernelChannel,
    type: string,
    content: JupyterMessage['content'],
    parent: Partial<JupyterHeader> = {},
  ): JupyterMessage {
    const date = new Date(now()).toISOString()
    const header = { msg_id: id, session, username: 'runwright', date, msg_type: type, version: protocolVersion }
    return { channel, header, parent_header: parent, metadata: {}, content, buffers: [] }
  }

  return {
    make: (channel, type, content) => makeAs(`request-${randomId()}`, channel, type, content),
    execute: ({ executionId, code, isSilent, allowsInput, stopsOnError }) =>
      makeAs(executionId, 'shell', 'execute_request', {
        code,
        silent: isSilent,
        store_history: !isSilent,
        user_expressions: {},
        allow_stdin: allowsInput,
        stop_on_error: stopsOnError,
      }),
    input: (to, value) => makeAs(`request-${randomId()}`, 'stdin', 'input_reply', { value, status: 'ok' }, to),
  }
}
