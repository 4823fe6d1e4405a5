import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunId } from '../../src/protocol/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '../../test/vscode/workspace.ts'
import { curvesOf } from '../../test/webviews/views.ts'
import { defineBenchmark } from '../benchmark.ts'
import { type ComparedView, openComparedView } from '../compare/compared-view.ts'
import { measureCharts } from '../compare/curve-gestures.ts'

export default defineBenchmark({
  name: 'compare-live',
  summary: 'Fifty runs that log a point of a metric each second, all in one chart, over twenty seconds',
  measures: {
    bytes: { label: 'sent to the view', unit: 'KB/s', target: { atMost: 20 } },
    cpu: { label: 'main thread', unit: 'ms/s', target: { atMost: 20 } },
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
    const view = opened.use(
      await openComparedView(workspace.client, { experiments: ['live'], chosen: runIds, charts: [curvesOf('loss')] }),
    )
    await measureCharts(view)
    let step = loss.length
    const running = opened.move()
    return {
      async ours() {
        const measured = await follow(workspace, view, runIds, { from: step, seconds })
        step += seconds
        return measured
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
