import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toStrip } from '../../shared/chart/curve-strip.ts'
import { countValues } from './count-values.ts'

function points(values: readonly number[]) {
  const strip = toStrip({ kind: 'points', xs: Float64Array.from(values.keys()), values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  return strip
}

describe('the distribution of curves', () => {
  it('counts curves by value in each stretch of the axis', () => {
    const curves = [points([0, 0, 0, 0, 0]), points([0, 0, 0, 10, 10]), points([10, 10, 10, 10, 10])]
    const found = countValues(curves, { min: 0, max: 4 }, 2, 2)
    assert.deepEqual([...(found?.counts ?? [])], [2, 1, 1, 2])
    assert.deepEqual([found?.y, found?.greatest], [{ min: 0, max: 10 }, 2])
  })

  it('counts no curve where it has no value', () => {
    const found = countValues([points([1, 1]), points([1, 1, Number.NaN, 1, 1])], { min: 0, max: 4 }, 4, 1)
    assert.deepEqual([...(found?.counts ?? [])], [2, 0, 0, 1])
  })

  it('is nothing without values, and has a height where all are alike', () => {
    assert.equal(countValues([points([Number.NaN])], { min: 0, max: 1 }, 2, 2), undefined)
    assert.deepEqual(countValues([points([5, 5])], { min: 0, max: 1 }, 1, 1)?.y, { min: 4.5, max: 5.5 })
  })
})
