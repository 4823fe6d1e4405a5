// Runs in the page, before the webview's own script: stands where VS Code stands, and passes everything on.
import { decodeBulk } from '../../src/protocol/bulk.ts'
import type { FromWebview, ToWebview } from '../../src/protocol/webview-messages.ts'

declare const window: { postMessage(message: ToWebview, origin: string): void }
declare class EventSource {
  addEventListener(type: 'message', listener: (event: { data: string }) => void): void
  constructor(url: string)
}

let state: unknown

async function send(message: FromWebview): Promise<void> {
  const response = await fetch('/message', { method: 'POST', body: JSON.stringify(message) })
  if (response.status === 204) return
  // SAFETY: the other side of the harness answers with messages to the webview.
  const answer = decodeBulk(new Uint8Array(await response.arrayBuffer())) as ToWebview
  window.postMessage(answer, '*')
}

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromWebview) => void send(message),
    getState: () => state,
    setState: (next: unknown) => void (state = next),
  }),
})

new EventSource('/events').addEventListener('message', ({ data }) => {
  // SAFETY: the other side of the harness sends events as they are.
  window.postMessage(JSON.parse(data) as ToWebview, '*')
})
