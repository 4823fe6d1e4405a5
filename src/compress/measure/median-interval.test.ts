import assert from 'node:assert/strict'
import { it } from 'node:test'
import { medianWithInterval } from './median-interval.ts'

it('a median has the interval of tables of the binomial distribution', () => {
  // Ranks of the lower end: 1 for 6 to 8, 2 for 9 to 11, 3 for 12 to 14, 6 for 20 values.
  for (const [count, rank] of [
    [6, 1],
    [8, 1],
    [9, 2],
    [11, 2],
    [12, 3],
    [20, 6],
  ] as const) {
    const values = Array.from({ length: count }, (_, index) => count - index)
    assert.deepEqual(medianWithInterval(values).interval, [rank, count + 1 - rank], `${count}`)
  }
  assert.deepEqual(medianWithInterval([3, 1, 2]), { value: 2, interval: undefined })
  assert.equal(medianWithInterval([4, 1, 2, 3]).value, 2.5)
})
