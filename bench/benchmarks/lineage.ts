import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type DataVersion, digestOf, type RunData, toDatasetInput } from '../../src/protocol/data-versions.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { Methods } from '../../src/protocol/methods.ts'
import { openTestStore } from '../../test/vscode/store.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { defineBenchmark } from '../benchmark.ts'
import { median } from '../median.ts'

/** Runs that are logged at a time, which share commits. */
const concurrency = 256
/** Runs that read a version before one writes the next. */
const runsPerVersion = 50
const askedPerSample = 9

const ms = (label: string) => ({ label, unit: 'ms' as const, target: { atMost: 50 } })

export default defineBenchmark({
  name: 'lineage',
  summary:
    '100,000 runs that all read one version of data, and each a second one, which every fiftieth run has made of the one before; asked by the engine’s own method',
  measures: {
    down: ms('all that came of the data that every run read'),
    middle: ms('a run in the middle, both ways'),
    up: ms('a late run, fifty edges up'),
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const runIds = await fill(folder, isQuick ? 2000 : 100_000)
    const workspace = opened.use(await openTestWorkspace(folder))
    const ask = async (params: Methods['lineage/of']['params']) => {
      const times: number[] = []
      for (let count = 0; count < askedPerSample; count++) {
        const start = performance.now()
        const { nodes } = await workspace.client.call('lineage/of', params)
        times.push(performance.now() - start)
        assert.ok(nodes.length > 50)
      }
      return median(times)
    }
    const run = (at: number) => ({ kind: 'run' as const, id: runIds[Math.floor(runIds.length * at)] ?? '' })
    const held = opened.move()
    return {
      ours: async () => ({
        down: await ask({ kind: 'data', id: digestOf(versionOf('raw')), direction: 'down' }),
        middle: await ask(run(0.5)),
        up: await ask({ ...run(0.99), direction: 'up', depth: 50 }),
      }),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    }
  },
})

async function fill(folder: string, count: number): Promise<readonly RunId[]> {
  await using store = await openTestStore(folder)
  const { runs, experiments } = store.tracking
  const { experimentId } = await experiments.ensure('lineage')
  const runIds: RunId[] = []
  for (let start = 0; start < count; start += concurrency) {
    const numbers = Array.from({ length: Math.min(concurrency, count - start) }, (_, index) => start + index)
    const created = await Promise.all(
      numbers.map(async (number) => {
        const { runId } = await runs.create({ experimentId, name: `run-${number}`, startTime: number })
        await runs.logInputs(runId, { datasets: dataOf(number).map(toDatasetInput) })
        return runId
      }),
    )
    runIds.push(...created)
  }
  return runIds
}

function dataOf(number: number): readonly RunData[] {
  const step = Math.floor(number / runsPerVersion)
  const read = ['raw', `step-${step}`].map((name): RunData => ({
    version: versionOf(name),
    context: 'input',
    found: 'declared',
  }))
  if (number % runsPerVersion !== 0) return read
  return [...read, { version: versionOf(`step-${step + 1}`), context: 'output', found: 'declared' }]
}

function versionOf(name: string): DataVersion {
  const hash = (kind: 'md5' | 'sha256') => createHash(kind).update(name).digest('hex')
  return { path: `data/${name}.csv`, md5: hash('md5'), sha256: hash('sha256'), sizeBytes: 1 }
}
