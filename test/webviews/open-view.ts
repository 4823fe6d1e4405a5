import assert from 'node:assert/strict'
import type { Client } from '../../src/protocol/client.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import type {
  FromWebview,
  PageRequest,
  RunPlace,
  ToWebview,
  WebviewAction,
} from '../../src/protocol/webview-messages.ts'
import { openPage, type OpenPage, type PageLook } from './open-page.ts'

export interface OpenView extends OpenPage {
  /** The view as the webview last told it. */
  readonly view: SavedView
  /** What the webview asked the extension to do. */
  readonly actions: readonly WebviewAction[]
}

export interface OpenViewOptions extends PageLook {
  readonly client: Client
  readonly view: SavedView
  /** Default: folder. */
  readonly place?: RunPlace
}

/** The bundled comparison in Chromium, on a real engine, with this process in the place of the extension. */
export async function openCompareView(options: OpenViewOptions): Promise<OpenView> {
  const told = { view: options.view, actions: [] as WebviewAction[] }
  const open = await openPage<ToWebview, Exclude<FromWebview, PageRequest>>({
    ...options,
    name: 'compare',
    show: () => show(options),
    told(message) {
      if (message.kind === 'act') told.actions.push(message.action)
      else told.view = message.view
    },
  })
  await open.page.getByRole('tablist').waitFor()
  return {
    page: open.page,
    errors: open.errors,
    actions: told.actions,
    get sentBytes() {
      return open.sentBytes
    },
    get view() {
      return told.view
    },
    see: (isSeen) => open.see(isSeen).catch(() => assert.fail(JSON.stringify(told.view))),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}

/** Waits until the webview has told of such a view. */
export function seeView(open: OpenView, isSeen: (view: SavedView) => boolean): Promise<void> {
  return open.see(() => isSeen(open.view))
}

async function show({ client, view, language = 'en', place = 'folder' }: OpenViewOptions): Promise<ToWebview> {
  const { experiments } = await client.call('experiments/list', {})
  const experimentIds = view.experiments.flatMap(
    (name) => experiments.find((experiment) => experiment.name === name)?.experimentId ?? [],
  )
  return { kind: 'show', view, connectionId: 'test', place, experimentIds, language }
}
