import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ColumnValues, getCell, type MetricColumn } from '../../protocol/run-table.ts'
import { openScratchTracking } from '../scratch-tracking.ts'
import { loadPointCells } from './point-cells.ts'

const atStep = (key: string, step: number): MetricColumn => ({ kind: 'metric', key, aggregate: 'at-step', step })
const atBest = (key: string, of: string, goal: 'minimize' | 'maximize'): MetricColumn => ({
  kind: 'metric',
  key,
  aggregate: 'at-best',
  of,
  goal,
})

const points = (key: string, steps: readonly number[], valueOf: (step: number) => number) =>
  steps.map((step) => ({ key, value: valueOf(step), step, timestamp: step }))
const count = (length: number, by = 1) => Array.from({ length }, (_, index) => index * by)

/** Three runs: a long one whose points lie in chunks, a short one, and one without the second metric. */
async function openWithRuns() {
  const tracking = await openScratchTracking()
  const { experimentId } = await tracking.experiments.ensure('digits')
  const add = async (name: string, ...metrics: ReturnType<typeof points>[]) => {
    const runId = await tracking.addRun({ name, experimentId, startTime: 1 })
    for (const part of metrics) {
      for (let start = 0; start < part.length; start += 500) {
        await tracking.runs.logBatch(runId, { metrics: part.slice(start, start + 500) })
      }
    }
  }
  await add(
    'long',
    points('loss', count(3000, 2), (step) => Math.abs(step - 2500)),
    points('acc', count(600, 10), (step) => step),
  )
  await add(
    'short',
    points('loss', [0, 1, 2, 3], (step) => [5, 1, 1, Number.NaN][step] ?? 0),
    points('acc', [0, 1], Number),
  )
  await add(
    'alone',
    points('loss', count(9000), (step) => (step === 1001 ? Number.NaN : -step)),
  )
  return { ...tracking, experimentIds: [experimentId] }
}

type Scratch = Awaited<ReturnType<typeof openWithRuns>>

async function load(tracking: Scratch, ...columns: MetricColumn[]) {
  const order = [{ column: { kind: 'attribute', key: 'run_name' } as const, descending: false }]
  const page = await tracking.comparison.rows({ experimentIds: tracking.experimentIds, columns, order })
  const cells = (values: ColumnValues) => page.rows.map((_, row) => getCell(values, row))
  return page.columns.map(cells)
}

describe('values at single points', () => {
  it('are those of the last point at the step or before, of runs that came so far', async () => {
    await using tracking = await openWithRuns()
    // In the order alone, long, short.
    const expected: [step: number, cells: unknown[]][] = [
      [-1, [undefined, undefined, undefined]],
      [0, [-0, 2500, 5]],
      [3, [-3, 2498, Number.NaN]],
      [1001, [Number.NaN, 1500, undefined]],
      [1023, [-1023, 1478, undefined]],
      [1024, [-1024, 1476, undefined]],
      [5998, [-5998, 3498, undefined]],
      [5999, [-5999, undefined, undefined]],
      [8999, [-8999, undefined, undefined]],
    ]
    const columns = await load(tracking, ...expected.map(([step]) => atStep('loss', step)))
    for (const [index, [step, cells]] of expected.entries()) assert.deepEqual(columns[index], cells, `step ${step}`)
  })

  it('are those where another metric is best for the first time', async () => {
    await using tracking = await openWithRuns()
    assert.deepEqual(
      await load(
        tracking,
        atBest('acc', 'loss', 'minimize'),
        atBest('acc', 'loss', 'maximize'),
        atBest('loss', 'acc', 'maximize'),
        atBest('loss', 'loss', 'minimize'),
        atBest('loss', 'nowhere', 'minimize'),
      ),
      [
        [undefined, 2500, 1],
        [undefined, 5990, 0],
        [undefined, 3490, 1],
        [-8999, 0, 1],
        [undefined, undefined, undefined],
      ],
    )
  })

  it('count points that came late, in chunks too', async () => {
    await using tracking = await openWithRuns()
    const { rows } = await tracking.comparison.rows({ experimentIds: tracking.experimentIds, columns: [] })
    const long = rows.find(({ name }) => name === 'long')
    assert.ok(long !== undefined)
    await tracking.runs.logBatch(long.runId, { metrics: points('loss', [1001], () => -7) })
    assert.deepEqual(await load(tracking, atStep('loss', 1001), atBest('acc', 'loss', 'minimize')), [
      [Number.NaN, -7, undefined],
      [undefined, 1000, 1],
    ])
  })

  it('are sorted by, in pages, numbers before NaN before none', async () => {
    await using tracking = await openWithRuns()
    const sort = async (column: MetricColumn, descending: boolean) => {
      const names: string[] = []
      for (const offset of [0, 1, 2]) {
        const order = [{ column, descending }]
        const query = { experimentIds: tracking.experimentIds, columns: [], order, offset, limit: 1 }
        names.push(...(await tracking.comparison.rows(query)).rows.map(({ name }) => name))
      }
      return names
    }
    assert.deepEqual(await sort(atStep('loss', 3), false), ['alone', 'long', 'short'])
    assert.deepEqual(await sort(atStep('loss', 3), true), ['long', 'alone', 'short'])
    assert.deepEqual(await sort(atBest('acc', 'loss', 'minimize'), true), ['long', 'short', 'alone'])
  })

  it('are grouped, and summed up', async () => {
    await using tracking = await openWithRuns()
    const { experimentIds } = tracking
    const columns = [atStep('loss', 2)]
    const { columns: grouped } = await tracking.comparison.groups({ experimentIds, by: [], metrics: columns })
    assert.equal(Math.round(3 * (grouped[0]?.means[0] ?? 0)), 1 + 2498 - 2)
    const { groups } = await tracking.comparison.groups({ experimentIds, by: columns, metrics: [] })
    assert.deepEqual(groups.map(({ by }) => by[0]).toSorted(), [-2, 1, 2498])
    const { columns: statistics } = await tracking.comparison.statistics({ experimentIds, columns })
    const [found] = statistics
    assert.ok(found?.kind === 'numbers')
    assert.deepEqual([found.count, found.min, found.max], [3, -2, 2498])
  })
  it('are refused over more runs than can be looked into at once', async () => {
    await using tracking = await openWithRuns()
    const ids = count(20_001)
    const column = { kind: 'metric', key: 'loss', aggregate: 'at-step', step: 1 } as const
    await assert.rejects(
      tracking.read((sql) => loadPointCells(sql, ids, column)),
      { code: 'INVALID_PARAMETER_VALUE', message: /"loss".*20,000 runs at most.*20,001 match/ },
    )
  })
})
