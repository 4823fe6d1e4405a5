import type { Client } from '../../protocol/client.ts'
import { RunwrightError, toErrorBody } from '../../protocol/errors.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { stringifyJson } from '../../protocol/json.ts'
import { isBulkMethod } from '../../protocol/methods.ts'
import { parseSavedView, type SavedView } from '../../protocol/saved-view.ts'
import { toViewEvent } from '../../protocol/view-event.ts'
import type { FromWebview, ToWebview, WebviewAction } from '../../protocol/webview-messages.ts'

export interface WebviewBridgeParts {
  post(message: ToWebview): void
  /** Of the webview's connection, which may be another one after a restart. */
  client(): Promise<Client>
  /** What the webview is to show now. */
  show(client: Client): Promise<ToWebview & { kind: 'show' }>
  changed(view: SavedView): void
  save(view: SavedView): Promise<void>
  act(action: WebviewAction): Promise<void>
  /** Something that the webview does not wait for went wrong. */
  failed(what: FromWebview['kind'], error: unknown): void
}

export interface WebviewBridge {
  receive(message: FromWebview): void
  event(event: ChangeEvent): void
  /** Gives up what is under way; nothing is posted any more. */
  dispose(): void
}

/** Stands between a webview and the client of its connection. */
export function createWebviewBridge(parts: WebviewBridgeParts): WebviewBridge {
  const calls = new Map<number, AbortController>()
  let isDisposed = false

  const post = (message: ToWebview) => {
    if (!isDisposed) parts.post(message)
  }

  const giveUpAll = () => {
    for (const controller of calls.values()) controller.abort()
    calls.clear()
  }

  const call = async ({ callId, method, params }: FromWebview & { kind: 'call' }): Promise<void> => {
    const controller = new AbortController()
    calls.set(callId, controller)
    try {
      const client = await parts.client()
      // SAFETY: the webview's calls are typed as these are; the engine parses what reaches it.
      const result = await client.call(method, params as never, { signal: controller.signal })
      if (!controller.signal.aborted) post({ kind: 'result', callId, result: toMessage(result, isBulkMethod(method)) })
    } catch (error) {
      if (!controller.signal.aborted) post({ kind: 'error', callId, error: toErrorBody(toKnownError(error)) })
    } finally {
      if (calls.get(callId) === controller) calls.delete(callId)
    }
  }

  const handle = async (message: FromWebview): Promise<void> => {
    switch (message.kind) {
      case 'ready':
        // A page that was hidden begins anew, and its numbers of calls with it.
        giveUpAll()
        return post(await parts.show(await parts.client()))
      case 'call':
        return call(message)
      case 'cancel':
        calls.get(message.callId)?.abort()
        calls.delete(message.callId)
        return
      case 'changed':
        return parts.changed(parseSavedView(message.view))
      case 'save':
        return parts.save(parseSavedView(message.view))
      case 'act':
        return parts.act(message.action)
    }
  }

  return {
    receive: (message) => void handle(message).catch((error: unknown) => parts.failed(message.kind, error)),
    event(event) {
      const told = toViewEvent(event)
      if (told !== undefined) post({ kind: 'event', event: told })
    },
    dispose() {
      isDisposed = true
      giveUpAll()
    },
  }
}

/** Messages travel as JSON apart from typed arrays: numbers that JSON has no word for travel as on the wire. */
function toMessage<Value extends object>(value: Value, hasArrays: boolean): Value {
  // SAFETY: the same value, as the webview's host revives it.
  return hasArrays ? value : (JSON.parse(stringifyJson(value)) as Value)
}

function toKnownError(error: unknown): RunwrightError {
  if (error instanceof RunwrightError) return error
  return new RunwrightError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error))
}
