import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { curvesOf } from '../../test/webviews/views.ts'
import { type ComparedView, openComparedView } from '../compare/compared-view.ts'

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
  const view = { experiments: [experiment], chosen: runIds }
  const open = async (change: Partial<SavedView>) =>
    observe(resources.use(await openComparedView(client, { ...view, ...change })))
  const charts = await open({ tab: 'charts', charts: [curvesOf('loss', 'loss'), curvesOf('accuracy', 'accuracy')] })
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

function observe({ open, mainThread }: ComparedView) {
  let earlier = { cpuMs: 0, sentBytes: 0 }

  return {
    open,
    async sample(seconds: number): Promise<ViewSample> {
      const heapBytes = await mainThread.heapBytes()
      const now = { cpuMs: await mainThread.spentMs(), sentBytes: open.sentBytes }
      const since = earlier
      earlier = now
      return {
        HeapMb: heapBytes / 2 ** 20,
        Nodes: await mainThread.nodeCount(),
        CpuMsPerSecond: (now.cpuMs - since.cpuMs) / seconds,
        BytesPerSecond: (now.sentBytes - since.sentBytes) / seconds,
      }
    },
  }
}
