import type * as zeromq from 'zeromq'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import type { ConnectionFile } from './connection-file.ts'
import { watchPulse } from './watch-pulse.ts'
import { decodeMessage, encodeMessage } from './wire.ts'

/** The sockets of one kernel. Disposing them closes all; nothing is told after it. */
export interface KernelSockets extends Disposable {
  /**
   * Settles once the kernel knows all that it is asked by. What it asks on stdin before that, its socket throws away: the
   * cell would wait for an answer to what nobody has heard.
   */
  readonly connected: Promise<void>
  send(message: JupyterMessage): void
}

/** The library, which is native and takes a while to load: kernels elsewhere do without it. */
type ZeroMq = Pick<typeof zeromq, 'Dealer' | 'Subscriber'>

export interface SocketsOptions {
  readonly library: ZeroMq
  readonly connection: ConnectionFile
  onMessage(message: JupyterMessage): void
  onSilence(isSilent: boolean): void
  /** Something came that is no message of the kernel: it is left out. */
  onRefused(error: unknown): void
}

/** No limit: a socket that is full throws away what comes, and says nothing. */
const unlimited = 0

/**
 * In milliseconds. A kernel that is being started does not listen yet. With ZeroMQ's own 100, all sockets had reached it
 * 140 after it listened, with this 13: medians of twelve.
 */
const reconnectInterval = 10

/** Nothing is sent to a kernel that is gone. */
const socketOptions = { receiveHighWaterMark: unlimited, linger: 0, reconnectInterval }

/**
 * Connects to a kernel, which may not listen yet.
 *
 * Each socket is read in a loop of its own that waits for nobody but the socket.
 */
export function openSockets({ library, connection, onMessage, onSilence, onRefused }: SocketsOptions): KernelSockets {
  const { key } = connection
  const addressOf = (port: number) => `tcp://${connection.ip}:${port}`
  // The kernel answers a question on stdin to the socket that has the name of the one on the shell.
  const routingId = `runwright-${process.pid}`
  const sends = {
    shell: openDealer(library, addressOf(connection.shell_port), routingId),
    control: openDealer(library, addressOf(connection.control_port), routingId),
    stdin: openDealer(library, addressOf(connection.stdin_port), routingId),
  }
  const iopub = new library.Subscriber(socketOptions)
  iopub.subscribe('')
  iopub.connect(addressOf(connection.iopub_port))
  let isOpen = true

  async function drain(channel: KernelChannel, socket: zeromq.Dealer | zeromq.Subscriber): Promise<void> {
    for await (const parts of socket) {
      if (!isOpen) return
      try {
        onMessage(decodeMessage(channel, parts, key))
      } catch (error) {
        onRefused(error)
      }
    }
  }

  void drain('iopub', iopub)
  for (const channel of ['shell', 'control', 'stdin'] as const) void drain(channel, sends[channel].socket)
  const heart = watchHeart(library, addressOf(connection.hb_port), onSilence)
  return {
    connected: Promise.all(Object.values(sends).map(({ connected }) => connected)).then(() => {}),
    send(message) {
      if (isOpen && message.channel !== 'iopub') sends[message.channel].send(encodeMessage(message, key))
    },
    [Symbol.dispose]() {
      isOpen = false
      heart[Symbol.dispose]()
      for (const socket of [iopub, ...Object.values(sends).map((each) => each.socket)]) socket.close()
    },
  }
}

function openDealer(library: ZeroMq, address: string, routingId: string) {
  const socket = new library.Dealer({ ...socketOptions, sendHighWaterMark: unlimited, routingId })
  const { promise: connected, resolve } = Promise.withResolvers<void>()
  socket.events.on('handshake', () => resolve())
  socket.connect(address)
  // A socket takes one message at a time.
  let sent: Promise<void> = Promise.resolve()
  return {
    socket,
    connected,
    send(parts: (string | Uint8Array)[]): void {
      // A socket that was closed meanwhile sends no more, as is wanted.
      sent = sent.then(() => socket.send(parts.map((part) => Buffer.from(part)))).catch(() => {})
    },
  }
}

function watchHeart(library: ZeroMq, address: string, onSilence: (isSilent: boolean) => void): Disposable {
  const socket = new library.Dealer({ linger: 0, reconnectInterval })
  socket.connect(address)
  const pulse = watchPulse({ ask: () => void socket.send(['', 'ping']).catch(() => {}), onSilence })

  async function listen(): Promise<void> {
    for await (const _ of socket) pulse.beat()
  }

  void listen()
  return {
    [Symbol.dispose]() {
      pulse[Symbol.dispose]()
      socket.close()
    },
  }
}
