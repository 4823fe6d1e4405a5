import type { Client } from '../../protocol/client.ts'
import { RunwrightError, toErrorBody } from '../../protocol/errors.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { stringifyJson } from '../../protocol/json.ts'
import { isBulkMethod } from '../../protocol/methods.ts'
import { toViewEvent } from '../../protocol/view-event.ts'
import type { PageAnswer, PageRequest } from '../../protocol/webview-messages.ts'

export interface CallBridgeParts<Show> {
  post(message: Show | PageAnswer): void
  /** Of the page's connection, which may be another one after a restart. */
  client(): Promise<Client>
  /** What the page is to show now. */
  show(client: Client): Promise<Show>
}

/** What any page needs of the engine. */
export interface CallBridge {
  answer(request: PageRequest): Promise<void>
  event(event: ChangeEvent): void
  /** Gives up what is under way; nothing is posted any more. */
  dispose(): void
}

/** Stands between a page and the client of its connection. */
export function createCallBridge<Show>(parts: CallBridgeParts<Show>): CallBridge {
  const calls = new Map<number, AbortController>()
  let isDisposed = false

  const post = (message: Show | PageAnswer) => {
    if (!isDisposed) parts.post(message)
  }

  const giveUpAll = () => {
    for (const controller of calls.values()) controller.abort()
    calls.clear()
  }

  const call = async ({ callId, method, params }: PageRequest & { kind: 'call' }): Promise<void> => {
    const controller = new AbortController()
    calls.set(callId, controller)
    try {
      const client = await parts.client()
      // SAFETY: the page's calls are typed as these are; the engine parses what reaches it.
      const result = await client.call(method, params as never, { signal: controller.signal })
      if (!controller.signal.aborted) post({ kind: 'result', callId, result: toMessage(result, isBulkMethod(method)) })
    } catch (error) {
      if (!controller.signal.aborted) post({ kind: 'error', callId, error: toErrorBody(toKnownError(error)) })
    } finally {
      if (calls.get(callId) === controller) calls.delete(callId)
    }
  }

  return {
    async answer(request) {
      switch (request.kind) {
        case 'ready':
          // A page that was hidden begins anew, and its numbers of calls with it.
          giveUpAll()
          return post(await parts.show(await parts.client()))
        case 'call':
          return call(request)
        case 'cancel':
          calls.get(request.callId)?.abort()
          calls.delete(request.callId)
          return
      }
    },
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
  // SAFETY: the same value, as the page revives it.
  return hasArrays ? value : (JSON.parse(stringifyJson(value)) as Value)
}

function toKnownError(error: unknown): RunwrightError {
  if (error instanceof RunwrightError) return error
  return new RunwrightError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error))
}
