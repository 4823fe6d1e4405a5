// Speaks with the harness's server and unpacks its answers, so that the page's own thread does no more than in VS Code.
import { decodeBulk } from '../../src/protocol/bulk.ts'

declare const self: {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void
  addEventListener(type: 'message', listener: (event: { data: string }) => void): void
}

self.addEventListener('message', ({ data }) => void send(data))

async function send(body: string): Promise<void> {
  const response = await fetch('/message', { method: 'POST', body })
  if (response.status !== 204) self.postMessage(decodeBulk(new Uint8Array(await response.arrayBuffer())), [])
}
