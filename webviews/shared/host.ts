import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type {
  FromWebview,
  KeptView,
  PageAnswer,
  PageRequest,
  ToWebview,
  WebviewAction,
} from '../../src/protocol/webview-messages.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { type Caller, connectPage } from './connect-page.ts'

/** The other side of a comparison: the engine's methods and events, and what only the extension can do. */
export interface Host extends Caller {
  /** The view is a page of its own: there is no engine to change anything in, and no VS Code. */
  readonly isStandalone: boolean
  onShow(listener: (message: ToWebview & { kind: 'show' }) => void): void
  onEvent(listener: (event: ViewEvent) => void): void
  /** Keeps the view over a reload of the window. */
  changed(view: SavedView): void
  save(view: SavedView): void
  act(action: WebviewAction): void
}

/** Connects to the extension and asks for the view. Called once. */
export function connectHost(): Host {
  const showListeners: ((message: ToWebview & { kind: 'show' }) => void)[] = []
  let kept: KeptView | undefined

  const page = connectPage<Exclude<ToWebview, PageAnswer>, Exclude<FromWebview, PageRequest>, KeptView>((message) => {
    switch (message.kind) {
      case 'show':
        keep({
          connectionId: message.connectionId,
          view: message.view,
          ...(message.file === undefined ? {} : { file: message.file }),
        })
        return showListeners.forEach((listener) => listener(message))
      case 'saved':
        if (kept !== undefined) keep({ ...kept, file: message.file, view: { ...kept.view, title: message.title } })
        return
    }
  })

  function keep(next: KeptView): void {
    kept = next
    page.keep(next)
  }

  return {
    isStandalone: document.body.classList.contains('standalone'),
    call: page.call,
    onShow: (listener) => void showListeners.push(listener),
    onEvent: page.onEvent,
    changed(view) {
      // The title is the extension's, which asks for it when the view is saved.
      if (kept !== undefined) keep({ ...kept, view: { ...view, title: kept.view.title } })
      page.post({ kind: 'changed', view })
    },
    save: (view) => page.post({ kind: 'save', view }),
    act: (action) => page.post({ kind: 'act', action }),
  }
}
