// Runs in the page, before the webview's own script: stands where VS Code stands, and passes everything on.
import type { FromWebview, ToWebview } from '../../src/protocol/webview-messages.ts'

declare const window: { postMessage(message: ToWebview, origin: string): void }
interface MessageSource<Data> {
  addEventListener(type: 'message', listener: (event: { data: Data }) => void): void
}
declare const EventSource: new (url: string) => MessageSource<string>
declare const Worker: new (
  url: string,
) => MessageSource<ToWebview> & { postMessage(message: string, transfer: readonly ArrayBuffer[]): void }

declare const sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }

// VS Code keeps it over a reload of the window.
let state: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined

const server = new Worker('/host-worker.js')
// As in VS Code the answer passes through a frame around the webview.
server.addEventListener('message', ({ data }) => window.postMessage(data, '*'))

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromWebview) => server.postMessage(JSON.stringify(message), []),
    getState: () => state,
    setState(next: unknown) {
      state = next
      sessionStorage.setItem('state', JSON.stringify(next))
    },
  }),
})

new EventSource('/events').addEventListener('message', ({ data }) => {
  // SAFETY: the other side of the harness sends events as they are.
  window.postMessage(JSON.parse(data) as ToWebview, '*')
})
