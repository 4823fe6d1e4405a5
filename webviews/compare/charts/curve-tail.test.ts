import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CurveStrip, toStrip } from '../../shared/chart/curve-strip.ts'
import { findTailStart, replaceTail } from './curve-tail.ts'

function stretches(starts: readonly number[], ends = starts): CurveStrip {
  const numbers = (list: readonly number[]) => Float64Array.from(list)
  const values = numbers(starts)
  const arrays = { firsts: values, lasts: values, mins: values, maxs: values, specials: new Uint8Array(starts.length) }
  const strip = toStrip({ kind: 'buckets', starts: numbers(starts), ends: numbers(ends), ...arrays })
  assert.ok(strip !== undefined)
  return strip
}

describe('the tail of curves', () => {
  it('begins with the last stretch of the shortest one', () =>
    assert.equal(findTailStart([stretches([0, 1, 2]), stretches([0, 1])]), 1))

  it('cuts no stretch in two', () =>
    assert.equal(findTailStart([stretches([0, 4, 8], [3, 7, 11]), stretches([0, 5], [1, 5])]), 4))

  it('is not known of a curve without points', () => assert.equal(findTailStart([stretches([])]), undefined))

  it('replaces what was there, and goes on', () => {
    const joined = replaceTail(stretches([0, 1, 2]), stretches([2, 3]), 2)
    assert.deepEqual([...joined.starts], [0, 1, 2, 3])
  })
})
