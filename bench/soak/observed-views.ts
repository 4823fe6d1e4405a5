import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { CurveChartSpec, SavedView } from '../../src/protocol/saved-view.ts'
import { openCompareView, type OpenView } from '../../test/webviews/open-view.ts'
import { themes } from '../../test/webviews/themes.ts'
import { emptyView } from '../../test/webviews/views.ts'

/** What the two views hold and cost, by figure: `chartsHeapMb`, `tableNodes`, … */
export type ViewSample = Readonly<Record<string, number>>

export interface ObservedViews extends AsyncDisposable {
  /** @param seconds since the sample before, which costs are divided by */
  sample(seconds: number): Promise<ViewSample>
  readonly errors: readonly string[]
}

/** Opens the runs as curves of both metrics, and as a table sorted by one of them. */
export async function openObservedViews(
  client: Client,
  experiment: string,
  runIds: readonly RunId[],
): Promise<ObservedViews> {
  await using resources = new AsyncDisposableStack()
  const view: SavedView = { ...emptyView, experiments: [experiment], chosen: runIds }
  const open = async (change: Partial<SavedView>) => {
    const opened = await openCompareView({ client, view: { ...view, ...change }, theme: themes.darkModern })
    return observe(resources.use(opened))
  }
  const charts = await open({ tab: 'charts', charts: [curvesOf('loss'), curvesOf('accuracy')] })
  const loss = { kind: 'metric', key: 'loss', aggregate: 'last' } as const
  const table = await open({
    tab: 'runs',
    columns: [{ column: loss, width: 120, pinned: false }],
    order: [{ column: loss, descending: false }],
  })

  const opened = resources.move()
  return {
    async sample(seconds) {
      const named = (name: string, figures: ViewSample) =>
        Object.fromEntries(Object.entries(figures).map(([figure, value]) => [`${name}${figure}`, value]))
      return { ...named('charts', await charts.sample(seconds)), ...named('table', await table.sample(seconds)) }
    },
    get errors() {
      return [...charts.open.errors, ...table.open.errors]
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function curvesOf(key: string): CurveChartSpec {
  return {
    kind: 'curves',
    id: key,
    keys: [key],
    axis: 'step',
    logX: false,
    logY: false,
    smoothing: 0,
    clipOutliers: false,
  }
}

async function observe(open: OpenView) {
  const session = await open.page.context().newCDPSession(open.page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  let earlier = { cpuMs: 0, sentBytes: 0 }

  return {
    open,
    async sample(seconds: number): Promise<ViewSample> {
      await session.send('HeapProfiler.collectGarbage')
      const { metrics } = await session.send('Performance.getMetrics')
      const metric = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN
      const now = { cpuMs: metric('TaskDuration') * 1000, sentBytes: open.sentBytes }
      const since = earlier
      earlier = now
      return {
        HeapMb: metric('JSHeapUsedSize') / 2 ** 20,
        Nodes: metric('Nodes'),
        CpuMsPerSecond: (now.cpuMs - since.cpuMs) / seconds,
        BytesPerSecond: (now.sentBytes - since.sentBytes) / seconds,
      }
    },
  }
}
