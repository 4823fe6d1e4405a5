import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunId } from '../../src/protocol/ids.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { openTestWorkspace, type TestWorkspace } from '../../test/vscode/workspace.ts'
import { curvesOf } from '../../test/webviews/views.ts'
import { defineBenchmark } from '../benchmark.ts'
import { type ComparedView, openComparedView } from '../compare/compared-view.ts'
import { measureCharts } from '../compare/curve-gestures.ts'

/** What a table of running runs changes in with each point, and what stays. */
const columns: SavedView['columns'] = [
  { column: { kind: 'metric', key: 'loss', aggregate: 'last' }, width: 120, pinned: false },
  { column: { kind: 'metric', key: 'loss', aggregate: 'min' }, width: 120, pinned: false },
  { column: { kind: 'attribute', key: 'status' }, width: 120, pinned: false },
  { column: { kind: 'attribute', key: 'duration' }, width: 120, pinned: false },
]

export default defineBenchmark({
  name: 'compare-live',
  summary:
    'Fifty runs that log a point of a metric each second, over twenty seconds: all in one chart, then as rows of the table',
  measures: {
    chartBytes: { label: 'chart: sent to the view', unit: 'KB/s', target: { atMost: 20 } },
    chartCpu: { label: 'chart: main thread', unit: 'ms/s', target: { atMost: 20 } },
    tableBytes: { label: 'table: sent to the view', unit: 'KB/s', target: { atMost: 20 } },
    tableCpu: { label: 'table: main thread', unit: 'ms/s', target: { atMost: 20 } },
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const [runCount, seconds] = isQuick ? [5, 4] : [50, 20]
    const workspaceFolder = join(folder, 'workspace')
    await mkdir(workspaceFolder)
    const workspace = opened.use(await openTestWorkspace(workspaceFolder))
    const loss = Array.from({ length: 100 }, (_, step) => 1 / (1 + step))
    const runIds: RunId[] = []
    for (let run = 0; run < runCount; run++) {
      runIds.push(await workspace.logRun('live', { name: `run ${run}`, metrics: { loss }, status: 'RUNNING' }))
    }
    const chart = opened.use(
      await openComparedView(workspace.client, { experiments: ['live'], chosen: runIds, charts: [curvesOf('loss')] }),
    )
    await measureCharts(chart)
    const table = opened.use(await openComparedView(workspace.client, { experiments: ['live'], columns, tab: 'runs' }))
    await table.open.page.getByRole('row', { name: /run 1/ }).first().waitFor()
    let step = loss.length
    const running = opened.move()
    return {
      async ours() {
        const ofChart = await follow(workspace, chart, runIds, { from: step, seconds })
        step += seconds
        const ofTable = await follow(workspace, table, runIds, { from: step, seconds })
        step += seconds
        return {
          chartBytes: ofChart.bytes,
          chartCpu: ofChart.cpu,
          tableBytes: ofTable.bytes,
          tableCpu: ofTable.cpu,
        }
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

async function follow(
  workspace: TestWorkspace,
  { open, mainThread }: ComparedView,
  runIds: readonly RunId[],
  { from, seconds }: { from: number; seconds: number },
) {
  const [bytes, cpu, start] = [open.sentBytes, await mainThread.spentMs(), performance.now()]
  for (let second = 0; second < seconds; second++) {
    const step = from + second
    const point = { key: 'loss', value: 1 / (1 + step), step, timestamp: Date.now() }
    for (const runId of runIds) await workspace.mlflow('runs/log-metric', { run_id: runId, ...point })
    await delay(Math.max(0, start + (second + 1) * 1000 - performance.now()))
  }
  const took = (performance.now() - start) / 1000
  return {
    bytes: (open.sentBytes - bytes) / 1000 / took,
    cpu: ((await mainThread.spentMs()) - cpu) / took,
  }
}
