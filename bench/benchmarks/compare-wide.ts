import { defineBenchmark } from '../benchmark.ts'
import { openComparedView } from '../compare/compared-view.ts'
import { openFilledWorkspace } from '../compare/filled-workspace.ts'

export default defineBenchmark({
  name: 'compare-wide',
  summary: 'An experiment of 1,500 runs × 1,500 metrics × 150 params, from opening the comparison to its first rows',
  measures: {
    usable: { label: 'usable after', unit: 'ms', target: { atMost: 1000 } },
    bytes: { label: 'sent to the view', unit: 'MB', target: { atMost: 2 } },
    heap: { label: 'heap of the view', unit: 'MB', target: { atMost: 100 } },
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const [runs, metrics, params] = isQuick ? [30, 30, 10] : [1500, 1500, 150]
    const keys = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}_${index}`)
    const fills = [
      { experiment: 'wide', runs, points: 1, metrics: keys('metric', metrics), params: keys('param', params) },
    ]
    const { client } = opened.use(await openFilledWorkspace(folder, fills)).workspace
    const running = opened.move()
    return {
      async ours() {
        // The page is loaded anew: the browser's own start is not the view's.
        await using view = await openComparedView(client, { experiments: ['wide'] })
        const { page } = view.open
        const bytes = view.open.sentBytes
        const start = performance.now()
        await page.reload()
        await page.locator('[role=gridcell]').getByText('run-').first().waitFor()
        const usable = performance.now() - start
        return {
          usable,
          bytes: (view.open.sentBytes - bytes) / 1e6,
          heap: (await view.mainThread.heapBytes()) / 1e6,
        }
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})
