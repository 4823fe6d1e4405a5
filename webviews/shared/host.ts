import { reviveNumbers } from '../../src/client/revive-numbers.ts'
import { parseErrorBody, RunwrightError } from '../../src/protocol/errors.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type { MethodName, Methods } from '../../src/protocol/methods.ts'
import type { FromWebview, KeptView, ToWebview, WebviewAction } from '../../src/protocol/webview-messages.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'

/** What VS Code gives a webview, once. */
interface VsCodeApi {
  postMessage(message: FromWebview): void
  getState(): unknown
  setState(state: KeptView): void
}
declare function acquireVsCodeApi(): VsCodeApi

/** The other side of a webview: the engine's methods and events, and what only the extension can do. */
export interface Host {
  /** The view is a page of its own: there is no engine to change anything in, and no VS Code. */
  readonly isStandalone: boolean
  /** Settles with the result or a RunwrightError; an aborted call rejects with CANCELLED at once. */
  call<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    signal?: AbortSignal,
  ): Promise<Methods[M]['result']>
  onShow(listener: (message: ToWebview & { kind: 'show' }) => void): void
  onEvent(listener: (event: ViewEvent) => void): void
  /** Keeps the view over a reload of the window. */
  changed(view: SavedView): void
  save(view: SavedView): void
  act(action: WebviewAction): void
}

interface Pending {
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** Connects to the extension and asks for the view. Called once. */
export function connectHost(): Host {
  const api = acquireVsCodeApi()
  const pending = new Map<number, Pending>()
  const showListeners: ((message: ToWebview & { kind: 'show' }) => void)[] = []
  const eventListeners: ((event: ViewEvent) => void)[] = []
  let lastCallId = 0
  let kept: KeptView | undefined

  function keep(next: KeptView): void {
    kept = next
    api.setState(next)
  }

  function settle(callId: number, how: (call: Pending) => void): void {
    const call = pending.get(callId)
    pending.delete(callId)
    if (call !== undefined) how(call)
  }

  function notify(event: ViewEvent): void {
    for (const listener of eventListeners) listener(event)
  }

  window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => {
    switch (data.kind) {
      case 'show':
        keep({
          connectionId: data.connectionId,
          view: data.view,
          ...(data.file === undefined ? {} : { file: data.file }),
        })
        return showListeners.forEach((listener) => listener(data))
      case 'saved':
        if (kept !== undefined) keep({ ...kept, file: data.file, view: { ...kept.view, title: data.title } })
        return
      case 'event':
        return notify(data.event)
      case 'result':
        return settle(data.callId, ({ resolve }) => resolve(data.result))
      case 'error':
        return settle(data.callId, ({ reject }) => reject(parseErrorBody(data.error, 500)))
    }
  })
  // Listeners are added in the same turn in which this is called; the answer comes in a later one.
  api.postMessage({ kind: 'ready' })

  return {
    isStandalone: document.body.classList.contains('standalone'),
    call<M extends MethodName>(method: M, params: Methods[M]['params'], signal?: AbortSignal) {
      const callId = (lastCallId += 1)
      return new Promise<Methods[M]['result']>((resolve, reject) => {
        // SAFETY: the extension answers a call with the method's own result.
        const take = (result: unknown) => resolve(reviveNumbers(method, params, result as Methods[M]['result']))
        pending.set(callId, { resolve: take, reject })
        signal?.addEventListener('abort', () => {
          if (pending.has(callId)) api.postMessage({ kind: 'cancel', callId })
          settle(callId, ({ reject }) => reject(createCancelled()))
        })
        if (signal?.aborted === true) return reject(createCancelled())
        api.postMessage({ kind: 'call', callId, method, params })
      })
    },
    onShow: (listener) => void showListeners.push(listener),
    onEvent: (listener) => void eventListeners.push(listener),
    changed(view) {
      // The title is the extension's, which asks for it when the view is saved.
      if (kept !== undefined) keep({ ...kept, view: { ...view, title: kept.view.title } })
      api.postMessage({ kind: 'changed', view })
    },
    save: (view) => api.postMessage({ kind: 'save', view }),
    act: (action) => api.postMessage({ kind: 'act', action }),
  }
}

function createCancelled(): RunwrightError {
  return new RunwrightError('CANCELLED', 'Given up.')
}
