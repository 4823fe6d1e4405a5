import { statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRunId, type RunId } from '../../src/protocol/ids.ts'
import { toStorePath } from '../../test/vscode/store.ts'
import { openTestWorkspace, type TestWorkspace } from '../../test/vscode/workspace.ts'
import { defineBenchmark } from '../benchmark.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { createExperiment } from '../load/start-runs.ts'
import { fillPoints, fillRuns } from '../scale/fill-store.ts'
import { logLongSeries, measureIngest } from '../scale/log-points.ts'
import { measureReads, type ReadFigure } from '../scale/measure-reads.ts'
import { type Plot, toSvg } from '../scale/plot.ts'
import { readMeasures } from '../scale/read-measures.ts'
import { fullSizes, quickSizes, type ScaleSizes, type Stage } from '../scale/stages.ts'
import { readPeakMb } from '../servers/memory.ts'

type Figure = ReadFigure | 'ingest' | 'memory'

interface StageFigures {
  readonly stage: Stage
  readonly bytesPerPoint: number
  readonly figures: Readonly<Record<Figure, number>>
}

export default defineBenchmark({
  name: 'scale',
  summary:
    '100,000 runs and 100 million points in one workspace, and 1,500 runs × 1,500 metrics × 150 params; of the points a million is logged by clients, the others are written in the form that logging leaves',
  measures: {
    ...readMeasures(1),
    ingest: { label: 'log-batch, 8 clients', unit: 'points/s' },
    loggedBytes: { label: 'a point of single precision that was logged, in the file', unit: 'bytes/point' },
    bytes: { label: 'a point of single precision, over all stages', unit: 'bytes/point' },
    memory: { label: 'the engine at its largest, all its pages', unit: 'MB', target: { atMost: 400 } },
  },
  async open({ isQuick, folder }) {
    const sizes = isQuick ? quickSizes : fullSizes
    const durationMs = isQuick ? 500 : 4000
    const stages: StageFigures[] = []
    await fillRuns(folder, sizes)
    let longRun: RunId | undefined
    for (const stage of sizes.stages) {
      const before = sizeOf(folder)
      longRun = stage.isLogged ? await logStage(folder, stage) : await fillPoints(folder, stage)
      const bytesPerPoint = (sizeOf(folder) - before) / (stage.points - (stages.at(-1)?.stage.points ?? 0))
      await using workspace = await openTestWorkspace(folder)
      stages.push({ stage, bytesPerPoint, figures: await measureStage(workspace, longRun, durationMs) })
      console.error(`scale: ${JSON.stringify(stages.at(-1))}`)
    }
    if (!isQuick) await savePlots(sizes, stages)
    const workspace = await openTestWorkspace(folder)
    const total = sizes.stages.at(-1)?.points ?? Number.NaN
    const known = {
      loggedBytes: stages[0]?.bytesPerPoint ?? Number.NaN,
      bytes:
        sum(
          stages.map(
            ({ stage, bytesPerPoint }, index) =>
              bytesPerPoint * (stage.points - (stages[index - 1]?.stage.points ?? 0)),
          ),
        ) / total,
    }
    const largest = Math.max(...stages.map(({ figures }) => figures.memory))
    return {
      async ours() {
        if (longRun === undefined) throw new Error('No series was written.')
        const figures = await measureStage(workspace, longRun, durationMs)
        return { ...figures, ...known, memory: Math.max(largest, figures.memory) }
      },
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    }
  },
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

/** Of the store of an engine that has stopped, and so has left nothing beside its file. */
function sizeOf(folder: string): number {
  return statSync(toStorePath(folder)).size
}

async function logStage(folder: string, { longSeries }: Stage): Promise<RunId> {
  await using workspace = await openTestWorkspace(folder)
  using requests = await openRequests(workspace)
  const runId = parseRunId(await logLongSeries(requests, await createExperiment(requests, 'logged'), longSeries))
  if (runId === undefined) throw new Error('A run has no id.')
  return runId
}

async function openRequests({ client }: TestWorkspace) {
  const { uri, token } = await client.tracking()
  return openMlflowRequests({ url: uri, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
}

async function measureStage(
  workspace: TestWorkspace,
  longRun: RunId,
  durationMs: number,
): Promise<Record<Figure, number>> {
  const reads = await measureReads(workspace.client, longRun)
  using requests = await openRequests(workspace)
  const ingest = await measureIngest(requests, '0', durationMs)
  const { pid } = await workspace.client.call('engine/status', {})
  return { ...reads, ingest, memory: await readPeakMb(pid) }
}

async function savePlots({ runs }: ScaleSizes, stages: readonly StageFigures[]): Promise<void> {
  const line = (label: string, figure: Figure) => ({
    label,
    places: stages.map(({ stage, figures }) => ({ x: stage.points, y: figures[figure] })),
  })
  const title = `${runs.toLocaleString('en-US')} runs`
  const reads: Plot = {
    title: `Reads, ${title}`,
    unit: 'ms',
    limit: 100,
    lines: [
      line('table, first page', 'firstPage'),
      line('table, sorted by a metric', 'sort'),
      line('table, deep page', 'deepPage'),
      line('table, filter', 'filter'),
      line('long series, open', 'open'),
      line('long series, zoom', 'zoom'),
      line('long series, zoom by time', 'zoomTime'),
    ],
  }
  const ingest: Plot = { title: `Ingest, ${title}`, unit: '/s', lines: [line('log-batch, 8 clients', 'ingest')] }
  const results = join(import.meta.dirname, '..', 'results')
  await mkdir(results, { recursive: true })
  await writeFile(join(results, 'scale-reads.svg'), toSvg(reads))
  await writeFile(join(results, 'scale-ingest.svg'), toSvg(ingest))
  await writeFile(join(results, 'scale-stages.json'), `${JSON.stringify(stages, undefined, 2)}\n`)
}
