import { setTimeout as delay } from 'node:timers/promises'
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
  /** Does something that the view asks the engine for, and waits until its answers have come. */
  answered(act: () => Promise<unknown>): Promise<void>
}

export async function openComparedView(client: Client, change: Partial<SavedView>): Promise<ComparedView> {
  const view = { ...emptyView, ...change }
  const open = await openCompareView({ client, view, theme: themes.darkModern })
  const mainThread = await openMainThread(open.page)
  return {
    open,
    mainThread,
    answered: (act) => waitForAnswers(open, act),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}

/** No answer for this long means that there is none under way: the slowest that is measured takes a tenth of a second. */
const quietMs = 1000
const patienceMs = 20_000

/** Told by what is sent, because asking the page would cost it time. @throws {Error} when nothing comes */
async function waitForAnswers(open: OpenView, act: () => Promise<unknown>): Promise<void> {
  const [before, start] = [open.sentBytes, performance.now()]
  await act()
  for (let [known, since] = [before, start]; known === before || performance.now() - since < quietMs;) {
    if (performance.now() - start > patienceMs) throw new Error('The view got no answer.')
    await delay(50)
    if (open.sentBytes !== known) [known, since] = [open.sentBytes, performance.now()]
  }
}
