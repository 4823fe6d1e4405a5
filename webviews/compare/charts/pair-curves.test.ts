import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CurveStrip, toStrip } from '../../shared/chart/curve-strip.ts'
import { pairStrips } from './pair-curves.ts'

function points(xs: readonly number[], values: readonly number[]): CurveStrip {
  const strip = toStrip({ kind: 'points', xs: Float64Array.from(xs), values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  return strip
}

describe('a curve over another metric', () => {
  it('stands where the metric is at the same step', () => {
    const { starts, firsts } = pairStrips(points([0, 1, 2], [3, 2, 1]), points([0, 1, 2], [100, 200, 400]))
    assert.deepEqual(
      [[...starts], [...firsts]],
      [
        [100, 200, 400],
        [3, 2, 1],
      ],
    )
  })

  it('lies between the values of a metric that is logged less often, and ends with it', () => {
    const { starts } = pairStrips(points([0, 1, 2, 3], [3, 2, 1, 0]), points([0, 2], [0, 10]))
    assert.deepEqual([...starts], [0, 5, 10])
  })

  it('runs from left to right where the metric falls', () => {
    const { starts, firsts } = pairStrips(points([0, 1, 2], [3, 2, 1]), points([0, 1, 2], [9, 8, 7]))
    assert.deepEqual(
      [[...starts], [...firsts]],
      [
        [7, 8, 9],
        [1, 2, 3],
      ],
    )
  })
})
