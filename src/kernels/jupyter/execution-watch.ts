import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'

/**
 * Whether all came that a kernel has said of an execution, over breaks of the connection.
 *
 * Kernels that use Jupyter's own library number all that they send, in the ids of the messages: `SESSION_PID_NUMBER`. So
 * what did not come leaves a hole, as does what was for somebody else: a hole may be a loss, no hole is none.
 */
export interface ExecutionWatch {
  /** Of the execution that is asked for and not concluded. */
  readonly current: WatchedExecution | undefined
  sent(message: JupyterMessage): void
  /** `replaced`: it is another kernel that speaks. `ended`: the current execution has its reply and its end with this. */
  heard(message: JupyterMessage): 'replaced' | 'ended' | undefined
  broke(): void
  /** Messages that did not come, until the execution ended or now; undefined where that cannot be told. */
  missing(): number | undefined
  /** There is no current one any more. */
  conclude(): void
}

export interface WatchedExecution {
  readonly request: JupyterMessage
  readonly hasReply: boolean
  readonly isIdle: boolean
  /** The connection has broken meanwhile. */
  readonly hasBroken: boolean
}

interface Numbers {
  /** The last one before it. */
  readonly before: number | undefined
  /** The last one of it. */
  until: number
  readonly heard: Set<number>
}

/** @param ownSession of the connection: the session of what the server itself says begins so */
export function createExecutionWatch(ownSession: string): ExecutionWatch {
  let session: string | undefined
  let speaker: string | undefined
  let last: number | undefined
  let current: (WatchedExecution & { readonly numbers: Numbers }) | undefined

  function count(id: string): 'replaced' | undefined {
    const [, ofSession = '', pid = '', digits = ''] = /^(.+)_(\d+)_(\d+)$/.exec(id) ?? []
    if (ofSession === '' || ofSession.startsWith(ownSession)) return undefined
    if (session !== undefined && session !== ofSession) return 'replaced'
    session = ofSession
    speaker ??= pid
    // A process that the kernel has forked counts for itself.
    if (pid !== speaker) return undefined
    const number = Number(digits)
    last = Math.max(last ?? 0, number)
    current?.numbers.heard.add(number)
    return undefined
  }

  function follow({ channel, header, parent_header: parent, content }: JupyterMessage): 'ended' | undefined {
    if (current === undefined || parent.msg_id !== current.request.header.msg_id) return undefined
    const wasOver = current.hasReply && current.isIdle
    const hasReply = current.hasReply || (channel === 'shell' && header.msg_type === 'execute_reply')
    const isIdle = current.isIdle || (header.msg_type === 'status' && content['execution_state'] === 'idle')
    current = { ...current, hasReply, isIdle }
    if (wasOver || !hasReply || !isIdle) return undefined
    current.numbers.until = last ?? 0
    return 'ended'
  }

  return {
    get current() {
      return current
    },
    sent(request) {
      if (request.header.msg_type !== 'execute_request') return
      const numbers = { before: last, until: Infinity, heard: new Set<number>() }
      current = { request, hasReply: false, isIdle: false, hasBroken: false, numbers }
    },
    heard: (message) => count(message.header.msg_id) ?? follow(message),
    broke() {
      if (current !== undefined) current = { ...current, hasBroken: true }
    },
    missing() {
      if (current?.numbers.before === undefined) return undefined
      const { before, heard } = current.numbers
      const until = Math.min(current.numbers.until, last ?? before)
      const came = [...heard].filter((number) => number > before && number <= until)
      return until - before - came.length
    },
    conclude: () => void (current = undefined),
  }
}
