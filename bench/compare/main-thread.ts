import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'

/** The clock of a page's main thread: what it has spent so far, whatever else the machine does. */
export interface MainThread {
  /** CPU time in milliseconds: scripts, layout, painting and rasterizing of canvases. */
  spentMs(): Promise<number>
  /** Bytes of its JavaScript heap after a collection. */
  heapBytes(): Promise<number>
  /** Nodes of its documents, those that are not attached included. */
  nodeCount(): Promise<number>
  /** CPU time that `work` costs, with all that it leaves to do. */
  measure(work: () => Promise<unknown>): Promise<number>
}

/** What a page still does when its picture is there, it does within this time; waiting for it costs it nothing. */
const settleMs = 400

/** Chromium counts the thread's own time, in contrast to `performance.now`. */
export async function openMainThread(page: Page): Promise<MainThread> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })

  async function metric(name: string): Promise<number> {
    const { metrics } = await session.send('Performance.getMetrics')
    const found = metrics.find((metric) => metric.name === name)
    if (found === undefined) throw new Error(`This Chromium does not tell ${name}.`)
    return found.value
  }
  const spentMs = async () => (await metric('TaskDuration')) * 1000

  return {
    spentMs,
    async heapBytes() {
      await session.send('HeapProfiler.collectGarbage')
      return await metric('JSHeapUsedSize')
    },
    nodeCount: () => metric('Nodes'),
    async measure(work) {
      await delay(settleMs)
      const start = await spentMs()
      await work()
      await delay(settleMs)
      return (await spentMs()) - start
    },
  }
}
