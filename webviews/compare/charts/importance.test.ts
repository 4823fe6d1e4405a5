import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunId } from '../../../src/protocol/ids.ts'
import { rankColumns } from './importance.ts'
import { correlateRanks } from './rank-correlation.ts'
import type { RunRecord } from './run-values.ts'

type Values = RunRecord['values']

function records(count: number, valuesOf: (run: number) => Values): RunRecord[] {
  return Array.from({ length: count }, (_, run) => ({
    // SAFETY: ids are only passed on.
    runId: String(run) as RunId,
    name: `run ${run}`,
    values: valuesOf(run),
  }))
}

describe('the importance of columns', () => {
  const optimizers = ['sgd', 'adam']
  // 0.9 of the target is the second column, the third decides over the rest, the first tells nothing.
  const runs = records(120, (run) => {
    const [noise, lr, optimizer] = [(run * 37) % 11, (run * 7) % 30, optimizers[run % 2]]
    return [lr + (optimizer === 'adam' ? 8 : 0), noise, lr, optimizer]
  })

  it('is greatest for what decides over the metric', () => {
    const { columns, runs: count } = rankColumns(runs)
    assert.equal(count, 120)
    assert.deepEqual(
      columns.map(({ column }) => column),
      [1, 2, 0],
    )
    assert.ok((columns[0]?.share ?? 0) > 0.6 && (columns[2]?.share ?? 1) < 0.1)
    assert.ok(Math.abs(columns.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
    assert.ok((columns[0]?.correlation ?? 0) > 0.8)
    assert.ok(Number.isNaN(columns[1]?.correlation), 'texts have no order')
  })

  it('is the same each time', () => assert.deepEqual(rankColumns(runs), rankColumns(runs)))

  it('is nothing where all runs are alike, or too few', () => {
    assert.deepEqual(
      rankColumns(records(20, () => [1, 2])).columns.map(({ share }) => share),
      [0],
    )
    assert.deepEqual(rankColumns(records(3, (run) => [run, run])).columns, [])
  })

  it('leaves out runs without the metric, and takes a missing value for the median', () => {
    const some = records(40, (run) => [run < 20 ? undefined : run, run % 3 === 0 ? undefined : run])
    const { columns, runs: count } = rankColumns(some)
    assert.equal(count, 20)
    assert.equal(columns[0]?.share, 1)
  })
})

it('ranks correlate by their order alone, and equal values share a rank', () => {
  assert.equal(correlateRanks(Float64Array.of(1, 2, 3), Float64Array.of(1, 100, 101)), 1)
  assert.equal(correlateRanks(Float64Array.of(1, 2, 3), Float64Array.of(9, 8, 7)), -1)
  assert.equal(correlateRanks(Float64Array.of(1, 1, 2, 2), Float64Array.of(1, 2, 1, 2)), 0)
  assert.ok(Number.isNaN(correlateRanks(Float64Array.of(1, 1), Float64Array.of(1, 2))))
})
