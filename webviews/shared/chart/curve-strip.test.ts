import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { appendStrip, findNearest, findVisible, joinNeighbours, joinStrips, toStrip } from './curve-strip.ts'

function points(xs: readonly number[], values: readonly number[] = xs) {
  const strip = toStrip({ kind: 'points', xs: Float64Array.from(xs), values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  return strip
}

describe('a strip of a curve', () => {
  it('flags what is not finite', () =>
    assert.deepEqual([...points([0, 1, 2, 3], [1, Number.NaN, Infinity, -Infinity]).specials], [0, 1, 2, 4]))

  it('runs from left to right, whatever the order of its points', () =>
    assert.deepEqual([...points([3, 1, 2], [30, 10, 20]).firsts], [10, 20, 30]))

  it('is seen with a neighbour on both sides', () =>
    assert.deepEqual(findVisible(points([0, 1, 2, 3, 4, 5]), { min: 2, max: 3 }), { from: 1, to: 4 }))

  it('finds what is nearest to a place', () => {
    const strip = points([0, 10, 20])
    assert.deepEqual(
      [-5, 4, 6, 15, 99].map((x) => findNearest(strip, x)),
      [0, 0, 1, 1, 2],
    )
    assert.equal(findNearest(points([]), 1), -1)
  })

  it('is put together from its parts, in whatever order they come', () => {
    const joined = joinStrips([points([10, 11], [1, Number.NaN]), points([1, 2], [3, 4])])
    assert.deepEqual([...joined.starts], [1, 2, 10, 11])
    assert.deepEqual([...joined.maxs], [3, 4, 1, Number.NaN])
    assert.deepEqual([...joined.specials], [0, 0, 0, 1])
  })

  it('goes on to its neighbours outside a window', () => {
    const joined = joinNeighbours(points([]), points([0, 100]), { min: 40, max: 60 })
    assert.deepEqual([...joined.starts], [0, 100])
  })

  it('takes what comes after it, and joins what begins in the cell of its end', () => {
    const strip = points([0, 1, 8], [5, 6, 7])
    const appended = appendStrip(strip, points([10, 12], [1, 2]), 10)
    assert.deepEqual([...appended.starts], [0, 1, 8, 10, 12])
    assert.equal(appended.isExact, true)
    const joined = appendStrip(appended, points([15, 21], [Number.NaN, 9]), 10)
    assert.deepEqual([...joined.starts], [0, 1, 8, 10, 12, 21])
    assert.deepEqual([...joined.ends], [0, 1, 8, 10, 15, 21])
    assert.deepEqual([joined.firsts[4], joined.lasts[4], joined.mins[4], joined.maxs[4]], [2, Number.NaN, 2, 2])
    assert.deepEqual([...joined.specials], [0, 0, 0, 0, 1, 0])
    assert.equal(joined.isExact, false)
    const wider = appendStrip(joined, points([25], [-3]), 10)
    assert.deepEqual([wider.mins.at(-1), wider.maxs.at(-1), wider.lasts.at(-1)], [-3, 9, -3])
  })

  it('puts what comes earlier in its place', () =>
    assert.deepEqual([...appendStrip(points([0, 10]), points([5]), 100).starts], [0, 5, 10]))
})
