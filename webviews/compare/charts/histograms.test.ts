import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LoggedColumn } from '../../../src/protocol/logged-table.ts'
import { findMode, readHistograms, toStretches } from './histograms.ts'

const numbers = (name: string, values: readonly number[]): LoggedColumn => ({
  kind: 'number',
  name,
  values: Float64Array.from(values),
})

describe('histograms over steps in a logged table', () => {
  it('are the bins as they were logged, by step and place, whatever their widths and the order of the rows', () => {
    const columns = [
      numbers('step', [10, 0, 0, 10, 0]),
      numbers('from', [1, 0, -1, -3, 5]),
      numbers('to', [3, 2, 0, 1, 6]),
      numbers('count', [7, 3, 1, 2, 0]),
    ]
    const read = readHistograms({ columns, rowCount: 5 }, { step: 'step', from: 'from', to: 'to', count: 'count' })
    assert.deepEqual(read, {
      leftOut: 0,
      steps: [
        {
          step: 0,
          bins: [
            { from: -1, to: 0, count: 1 },
            { from: 0, to: 2, count: 3 },
          ],
        },
        {
          step: 10,
          bins: [
            { from: -3, to: 1, count: 2 },
            { from: 1, to: 3, count: 7 },
          ],
        },
      ],
    })
    assert.deepEqual(read?.steps.map(findMode), [
      { from: 0, to: 2, count: 3 },
      { from: 1, to: 3, count: 7 },
    ])
  })

  it('are counted where single values were logged, each in one bin', () => {
    const values = Array.from({ length: 400 }, (_, index) => index / 10)
    const columns = [
      numbers(
        'step',
        values.map((_, index) => index % 2),
      ),
      numbers('value', values),
    ]
    const read = readHistograms({ columns, rowCount: 400 }, { step: 'step', from: 'value' })
    const counts = read?.steps.map(({ bins }) => bins.reduce((sum, { count }) => sum + count, 0))
    assert.deepEqual(counts, [200, 200])
    const [first] = read?.steps ?? []
    assert.ok(first)
    for (const { from, to, count } of first.bins) {
      const inside = values.filter((value, index) => index % 2 === 0 && value >= from - 1e-9 && value < to - 1e-9)
      assert.ok(Math.abs(inside.length - count) <= 1)
    }
    const same = readHistograms(
      { columns: [numbers('s', [1, 1]), numbers('v', [2, 2])], rowCount: 2 },
      { step: 's', from: 'v' },
    )
    assert.deepEqual(same?.steps, [{ step: 1, bins: [{ from: 2, to: 3, count: 2 }] }])
  })

  it('leave out rows that are no bin, and say how many', () => {
    const columns = [
      numbers('step', [0, Number.NaN, 0, 0]),
      numbers('from', [0, 0, 2, Infinity]),
      numbers('to', [1, 1, 1, Infinity]),
      numbers('count', [1, 1, 1, 1]),
    ]
    const spec = { step: 'step', from: 'from', to: 'to', count: 'count' }
    const read = readHistograms({ columns, rowCount: 4 }, spec)
    assert.deepEqual([read?.leftOut, read?.steps.length], [3, 1])
    assert.equal(readHistograms({ columns, rowCount: 4 }, { ...spec, to: 'none' }), undefined)
  })

  it('reach to the middle between steps', () => {
    assert.deepEqual(toStretches([0, 10, 30]), [
      { from: -5, to: 5 },
      { from: 5, to: 20 },
      { from: 20, to: 40 },
    ])
    assert.deepEqual(toStretches([7]), [{ from: 6.5, to: 7.5 }])
  })
})
