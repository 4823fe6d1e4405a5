import { setTimeout as delay } from 'node:timers/promises'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import { type MessageSocket, openMessageSocket } from '../../jupyter/message-socket.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import { createExecutionWatch } from './execution-watch.ts'
import { replaceLost } from './loss-messages.ts'
import { findServerKernel } from './server-kernel.ts'
import { watchSilence } from './watch-silence.ts'

/** The connection to a kernel of a server, which is made again whenever it breaks. Disposing it tells nothing more. */
export interface KernelLine extends Disposable {
  /** What is sent while there is no connection goes with the next one. */
  send(message: JupyterMessage): void
  /** Why there is no connection now. */
  readonly fault: RunwrightError | undefined
}

export interface KernelLineParts {
  readonly server: JupyterServer
  readonly kernelId: string
  /** The server keeps what comes for it while nobody is connected. */
  readonly session: string
  makeRequest(channel: KernelChannel, type: string, content: JupyterMessage['content']): JupyterMessage
  onMessage(message: JupyterMessage): void
  onSilence(isSilent: boolean): void
  /** The kernel has ended. Called once at most; nothing is told after it. */
  onGone(reason: string): void
  onRefused(error: unknown): void
}

/** In milliseconds: between two tries. */
const firstPauseMs = 250
const longestPauseMs = 5000

export function openKernelLine(parts: KernelLineParts): KernelLine {
  const { server, kernelId, session, makeRequest } = parts
  const watch = createExecutionWatch(session)
  const waiting: JupyterMessage[] = []
  let socket: MessageSocket | undefined
  let fault: RunwrightError | undefined
  let isOver = false
  let tries = 0
  /** The last message of an execution during which the connection broke, until it is known what else came. */
  let held: JupyterMessage | undefined
  let probe: { readonly id: string; hasReply: boolean; isIdle: boolean } | undefined
  let ping: { readonly id: string; readonly execution: JupyterMessage | undefined } | undefined
  let pauseMs = firstPauseMs

  function end(reason: string): void {
    if (isOver) return
    close()
    parts.onGone(reason)
  }

  function close(): void {
    isOver = true
    silence[Symbol.dispose]()
    socket?.[Symbol.dispose]()
    socket = undefined
  }

  function take(message: JupyterMessage): void {
    if (isOver) return
    silence.heard(isPong(message))
    pauseMs = firstPauseMs
    if (isDeath(message)) return end(died(server.name))
    const what = watch.heard(message)
    if (what === 'replaced') return end(died(server.name))
    if (probe !== undefined && message.parent_header.msg_id === probe.id) return takeProbe(message)
    if (what === 'ended' && watch.current?.hasBroken === true) {
      held = message
      return ask()
    }
    if (what === 'ended') watch.conclude()
    parts.onMessage(message)
  }

  /** Kernels without a thread of its own for this channel answer once their cell has ended. */
  function isPong({ channel, parent_header: parent }: JupyterMessage): boolean {
    const { current } = watch
    if (channel !== 'control' || current === undefined || current.hasReply) return false
    return parent.msg_id === ping?.id && current.request === ping?.execution
  }

  /** What it answers comes behind all that it said before. */
  function ask(): void {
    const request = makeRequest('shell', 'kernel_info_request', {})
    probe = { id: request.header.msg_id, hasReply: false, isIdle: false }
    socket?.send(request)
  }

  function takeProbe({ channel, content }: JupyterMessage): void {
    if (probe === undefined) return
    if (channel === 'shell') probe.hasReply = true
    if (content['execution_state'] === 'idle') probe.isIdle = true
    if (!probe.hasReply || !probe.isIdle) return
    probe = undefined
    const { current } = watch
    if (current === undefined) return
    const missing = watch.missing()
    const isWhole = held !== undefined && missing === 0
    const told = isWhole ? [] : replaceLost(current, { server: server.name, missing, make: makeRequest })
    if (held !== undefined) told.push(held)
    held = undefined
    watch.conclude()
    told.forEach(parts.onMessage)
  }

  async function connect(): Promise<Promise<void> | undefined> {
    if (tries++ > 0 && (await findServerKernel(server, kernelId)) === undefined) {
      end(
        `${server.name} does not have it any more: it was ended there, as a server does with idle ones, or the server was started anew.`,
      )
      return undefined
    }
    const broken = Promise.withResolvers<void>()
    const closed = () => broken.resolve()
    const opened = await openMessageSocket(server, kernelId, {
      session,
      message: take,
      closed,
      refused: parts.onRefused,
    })
    if (isOver) {
      opened[Symbol.dispose]()
      return undefined
    }
    socket = { ...opened, [Symbol.dispose]: () => (opened[Symbol.dispose](), closed()) }
    fault = undefined
    silence.connected()
    if (watch.current !== undefined) ask()
    for (const message of waiting.splice(0)) send(message)
    return broken.promise
  }

  function send(message: JupyterMessage): void {
    if (socket === undefined) return void waiting.push(message)
    watch.sent(message)
    socket.send(message)
  }

  async function stand(): Promise<void> {
    for (;;) {
      try {
        const broken = await connect()
        await broken
        socket = undefined
        watch.broke()
      } catch (error) {
        fault = error instanceof RunwrightError ? error : server.explain(error)
        if (!isOver) silence.disconnected()
      }
      if (isOver) return
      await delay(pauseMs, undefined, { ref: false })
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  const silence = watchSilence({
    isBusy: () => watch.current !== undefined,
    ping() {
      const request = makeRequest('control', 'kernel_info_request', {})
      ping = { id: request.header.msg_id, execution: watch.current?.request }
      socket?.send(request)
    },
    isReachable: async () => {
      try {
        return (await findServerKernel(server, kernelId)) !== undefined
      } catch {
        return false
      }
    },
    giveUp: () => socket?.[Symbol.dispose](),
    tell: (isSilent) => isOver || parts.onSilence(isSilent),
  })
  void stand()
  return {
    send: (message) => void (isOver || send(message)),
    get fault() {
      return fault
    },
    [Symbol.dispose]: close,
  }
}

/** The server says so itself: then it is about no request. */
function isDeath({ channel, header, parent_header: parent, content }: JupyterMessage): boolean {
  const isOfServer = channel === 'iopub' && header.msg_type === 'status' && parent.msg_id === undefined
  return isOfServer && /^(restarting|autorestarting|dead)$/.test(String(content['execution_state']))
}

function died(server: string): string {
  return `It has died on ${server}, which says no more: what it ran may have taken too much memory, or native code has crashed. The server's log may tell.`
}
