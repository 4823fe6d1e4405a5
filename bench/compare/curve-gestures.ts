import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { ComparedView } from './compared-view.ts'
import type { MainThread } from './main-thread.ts'

/** Moves of the pointer that one figure is the mean of. */
const moveCount = 20
/** Between two moves: more than a frame, so that each draws. */
const movePauseMs = 40

/** What showing the tab of charts costs, until its data is drawn. @throws {Error} when there is none */
export async function measureCharts({ open: { page }, mainThread, answered }: ComparedView): Promise<number> {
  const tab = await boxOf(page, '#tab-charts')
  return mainThread.measure(async () => {
    await answered(() => page.mouse.click(tab.x + tab.width / 2, tab.y + tab.height / 2))
    // As a rule it is there by now, so that asking costs a millisecond.
    await page.locator('figure.chart p').getByText('best').first().waitFor({ state: 'attached' })
  })
}

/** What zooming into the middle of a chart of ours costs, by a drag: from letting go on. */
export async function measureDrag({ open: { page }, mainThread, answered }: ComparedView): Promise<number> {
  const box = await boxOf(page, '.plot')
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60)
  return mainThread.measure(() => answered(() => page.mouse.up()))
}

/** What a move of the pointer over a plot costs. */
export async function measureHover(page: Page, mainThread: MainThread, plot: string): Promise<number> {
  const box = await boxOf(page, plot)
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2)
  const spent = await mainThread.measure(async () => {
    for (let move = 0; move < moveCount; move++) {
      await page.mouse.move(box.x + box.width * (0.3 + (0.5 * move) / moveCount), box.y + box.height / 2 + (move % 5))
      await delay(movePauseMs)
    }
  })
  return spent / moveCount
}

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).first().boundingBox()
  if (box === null) throw new Error(`${selector} is not on screen.`)
  return box
}
