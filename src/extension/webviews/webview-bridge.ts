import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { parseSavedView, type SavedView } from '../../protocol/saved-view.ts'
import type { FromWebview, ToWebview, WebviewAction } from '../../protocol/webview-messages.ts'
import { createCallBridge } from './call-bridge.ts'

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

/** Stands between a comparison and the client of its connection. */
export function createWebviewBridge(parts: WebviewBridgeParts): WebviewBridge {
  const calls = createCallBridge<ToWebview & { kind: 'show' }>(parts)

  const handle = async (message: FromWebview): Promise<void> => {
    switch (message.kind) {
      case 'changed':
        return parts.changed(parseSavedView(message.view))
      case 'save':
        return parts.save(parseSavedView(message.view))
      case 'act':
        return parts.act(message.action)
      default:
        return calls.answer(message)
    }
  }

  return {
    receive: (message) => void handle(message).catch((error: unknown) => parts.failed(message.kind, error)),
    event: calls.event,
    dispose: calls.dispose,
  }
}
