import type { JupyterMessage } from '../protocol/jupyter-messages.ts'
import type { JupyterServer } from './jupyter-server.ts'
import { decodeFrame, encodeFrame, framesOfParts } from './message-frames.ts'

/** The WebSocket of a kernel: all of its channels in one connection. */
export interface MessageSocket extends Disposable {
  /** One that is closed sends nothing. */
  send(message: JupyterMessage): void
}

export interface MessageSocketParts {
  /** What the server keeps messages for while nobody is connected: the same one gets them. Its own messages' ids begin so. */
  readonly session: string
  readonly message: (message: JupyterMessage) => void
  /** Called once, when it has broken; not after its disposal. */
  readonly closed: (cause: unknown) => void
  /** Something came that is no message: it is left out. */
  readonly refused: (error: unknown) => void
}

/** What a server speaks: one that is asked for what it does not know ends the connection, with all that was sent on it. */
const spoken = new WeakMap<JupyterServer, readonly string[]>()

/** @throws TEMPORARILY_UNAVAILABLE when it does not open */
export async function openMessageSocket(
  server: JupyterServer,
  kernelId: string,
  parts: MessageSocketParts,
): Promise<MessageSocket> {
  const known = spoken.get(server)
  if (known !== undefined) return openOnce(server, kernelId, known, parts)
  const opened = async (protocols: readonly string[]) => {
    const socket = await openOnce(server, kernelId, protocols, parts)
    spoken.set(server, protocols)
    return socket
  }
  return opened([framesOfParts]).catch(() => opened([]))
}

async function openOnce(
  server: JupyterServer,
  kernelId: string,
  protocols: readonly string[],
  { session, message, closed, refused }: MessageSocketParts,
): Promise<MessageSocket> {
  // To the server, another one than that which it has refused: what it began for that would stop what this one hears.
  const sessionId = protocols.length > 0 ? session : `${session}-text`
  const socket = await server.openSocket(`api/kernels/${kernelId}/channels?session_id=${sessionId}`, protocols)
  socket.binaryType = 'arraybuffer'
  let isOpen = false

  /** Twice at most for all that came together. */
  const acknowledge = createAcknowledgement(() => isOpen && socket.pong())
  const close = (cause: unknown) => {
    if (!isOpen) return
    isOpen = false
    socket.close()
    closed(cause)
  }
  socket.addEventListener('message', ({ data }) => {
    if (!isOpen || !(typeof data === 'string' || data instanceof ArrayBuffer)) return
    acknowledge()
    let read: JupyterMessage
    try {
      read = decodeFrame(data, socket.protocol)
    } catch (error) {
      return refused(error)
    }
    message(read)
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: unknown) => {
      reject(server.explain(cause))
      close(cause)
    }
    socket.addEventListener('error', ({ error }) => fail(error))
    socket.addEventListener('close', () => fail(undefined))
    socket.addEventListener('open', () => {
      isOpen = true
      resolve()
    })
  })
  return {
    send: (own) => {
      if (isOpen) socket.send(encodeFrame(own, socket.protocol))
    },
    [Symbol.dispose]() {
      isOpen = false
      socket.close()
    },
  }
}

/**
 * Jupyter Server leaves Nagle's algorithm on: of several small messages the second waits until TCP has acknowledged the
 * first, which a system that has nothing to send puts off for 40 ms. A pong that nobody asked for takes the
 * acknowledgement along, and nobody answers it: RFC 6455, section 5.5.3.
 */
function createAcknowledgement(pong: () => void): () => void {
  let due: 'none' | 'first sent' | 'more came' = 'none'
  return () => {
    if (due !== 'none') return void (due = 'more came')
    due = 'first sent'
    pong()
    setImmediate(() => {
      if (due === 'more came') pong()
      due = 'none'
    })
  }
}
