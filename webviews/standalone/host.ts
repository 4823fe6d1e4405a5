// Stands where VS Code stands: answers from what the page holds.
import { decodeBulk } from '../../src/protocol/bulk.ts'
import { RunwrightError, toErrorBody } from '../../src/protocol/errors.ts'
import { type PageData, pageDataId } from '../../src/protocol/page-data.ts'
import type { FromWebview, ToWebview } from '../../src/protocol/webview-messages.ts'
import { createPageMethods } from './page-methods.ts'
import { saveFile } from './save-file.ts'

const bytes = Uint8Array.from(atob(document.getElementById(pageDataId)?.textContent ?? ''), (c) => c.charCodeAt(0))
// SAFETY: the page was written with it, and with nothing else.
const data = decodeBulk(bytes) as PageData
const answer = createPageMethods(data)
let state: unknown

function receive(message: FromWebview): ToWebview | undefined {
  switch (message.kind) {
    case 'ready': {
      const { view, experimentIds, language } = data
      return { kind: 'show', view, connectionId: 'page', place: 'folder', experimentIds, language }
    }
    case 'call':
      try {
        return { kind: 'result', callId: message.callId, result: answer(message.method, message.params) }
      } catch (error) {
        if (!(error instanceof RunwrightError)) throw error
        return { kind: 'error', callId: message.callId, error: toErrorBody(error) }
      }
    case 'act':
      return void saveFile(message.action)
    default:
      return undefined
  }
}

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage(message: FromWebview) {
      const reply = receive(message)
      // As from VS Code, an answer comes in a later turn.
      if (reply !== undefined) queueMicrotask(() => window.dispatchEvent(new MessageEvent('message', { data: reply })))
    },
    getState: () => state,
    setState: (next: unknown) => void (state = next),
  }),
})
