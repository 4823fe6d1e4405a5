import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A port of 127.0.0.1 that leads to another one, and whose connections can be cut as a network does. */
export interface LineToCut extends AsyncDisposable {
  readonly port: number
  /** Ends all connections; new ones are let through. */
  cut(): void
  /** Ends all connections and lets none through, until it is mended. */
  sever(): void
  mend(): void
  /** From now on nothing passes and nobody is told. */
  freeze(): void
}

export async function openLineToCut(to: number): Promise<LineToCut> {
  const sockets = new Set<Socket>()
  let isFrozen = false
  let isSevered = false
  const server = createServer((near) => {
    if (isSevered) return void near.resetAndDestroy()
    const far = connect(to, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('data', (bytes) => isFrozen || other.write(bytes))
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    isFrozen = false
  }
  return {
    // SAFETY: a server that listens on a port has an address of this kind.
    port: (server.address() as AddressInfo).port,
    cut,
    sever() {
      isSevered = true
      cut()
    },
    mend: () => void (isSevered = false),
    freeze: () => void (isFrozen = true),
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
