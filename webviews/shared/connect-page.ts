import { reviveNumbers } from '../../src/client/revive-numbers.ts'
import { parseErrorBody, RunwrightError } from '../../src/protocol/errors.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type { MethodName, Methods } from '../../src/protocol/methods.ts'
import type { PageAnswer, PageRequest } from '../../src/protocol/webview-messages.ts'

/** What VS Code gives a webview, once. */
interface VsCodeApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}
declare function acquireVsCodeApi(): VsCodeApi

/** Asks the engine. */
export interface Caller {
  /** Settles with the result or a RunwrightError; an aborted call rejects with CANCELLED at once. */
  call<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    signal?: AbortSignal,
  ): Promise<Methods[M]['result']>
}

/** The other side of a page. `Asked` is what this kind of page says beyond calls, `Kept` what VS Code keeps of it. */
export interface Page<Asked, Kept> extends Caller {
  onEvent(listener: (event: ViewEvent) => void): void
  post(message: Asked): void
  /** As it was kept, by whatever version. */
  kept(): unknown
  keep(state: Kept): void
}

interface Pending {
  resolve(result: unknown): void
  reject(error: unknown): void
}

/**
 * Connects to the extension and asks to be shown. Called once.
 *
 * @param told what this kind of page is told beyond answers and changes
 */
export function connectPage<Told, Asked, Kept>(told: (message: Told) => void): Page<Asked, Kept> {
  const api = acquireVsCodeApi()
  const pending = new Map<number, Pending>()
  const eventListeners: ((event: ViewEvent) => void)[] = []
  let lastCallId = 0
  const ask = (request: PageRequest) => api.postMessage(request)

  function settle(callId: number, how: (call: Pending) => void): void {
    const call = pending.get(callId)
    pending.delete(callId)
    if (call !== undefined) how(call)
  }

  window.addEventListener('message', ({ data }: MessageEvent<PageAnswer | Told>) => {
    if (!isAnswer(data)) return told(data)
    switch (data.kind) {
      case 'event':
        return eventListeners.forEach((listener) => listener(data.event))
      case 'result':
        return settle(data.callId, ({ resolve }) => resolve(data.result))
      case 'error':
        return settle(data.callId, ({ reject }) => reject(parseErrorBody(data.error, 500)))
    }
  })
  // Listeners are added in the same turn in which this is called; the answer comes in a later one.
  ask({ kind: 'ready' })

  return {
    call<M extends MethodName>(method: M, params: Methods[M]['params'], signal?: AbortSignal) {
      const callId = (lastCallId += 1)
      return new Promise<Methods[M]['result']>((resolve, reject) => {
        // SAFETY: the extension answers a call with the method's own result.
        const take = (result: unknown) => resolve(reviveNumbers(method, params, result as Methods[M]['result']))
        pending.set(callId, { resolve: take, reject })
        signal?.addEventListener('abort', () => {
          if (pending.has(callId)) ask({ kind: 'cancel', callId })
          settle(callId, ({ reject }) => reject(createCancelled()))
        })
        if (signal?.aborted === true) return reject(createCancelled())
        ask({ kind: 'call', callId, method, params })
      })
    },
    onEvent: (listener) => void eventListeners.push(listener),
    post: (message) => api.postMessage(message),
    kept: () => api.getState(),
    keep: (state) => api.setState(state),
  }
}

function isAnswer<Told>(message: PageAnswer | Told): message is PageAnswer {
  const kind = typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined
  return kind === 'event' || kind === 'result' || kind === 'error'
}

function createCancelled(): RunwrightError {
  return new RunwrightError('CANCELLED', 'Given up.')
}
