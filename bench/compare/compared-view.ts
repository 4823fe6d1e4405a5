import type { Client } from '../../src/protocol/client.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { openCompareView, type OpenView } from '../../test/webviews/open-view.ts'
import { themes } from '../../test/webviews/themes.ts'
import { emptyView } from '../../test/webviews/views.ts'
import { type MainThread, openMainThread } from './main-thread.ts'

/** The comparison as it ships, on a real engine. */
export interface ComparedView extends AsyncDisposable {
  readonly open: OpenView
  readonly mainThread: MainThread
}

export async function openComparedView(client: Client, change: Partial<SavedView>): Promise<ComparedView> {
  const view = { ...emptyView, ...change }
  const open = await openCompareView({ client, view, theme: themes.darkModern })
  const mainThread = await openMainThread(open.page)
  return { open, mainThread, [Symbol.asyncDispose]: () => open[Symbol.asyncDispose]() }
}
