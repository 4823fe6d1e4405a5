import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nearestRank } from './percentile.ts'

it('a percentile is a value that was measured, with the asked share at or below it', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1)
  for (const percent of [1, 7, 29, 50, 57, 95, 99, 100]) assert.equal(nearestRank(hundred, percent / 100), percent)
  // As `numpy.quantile(…, method='inverted_cdf')` has them.
  const few = Float64Array.of(1, 2, 4, 8)
  assert.deepEqual(
    [0, 0.25, 0.5, 0.51, 0.99].map((share) => nearestRank(few, share)),
    [1, 1, 2, 4, 8],
  )
  assert.equal(nearestRank(new Float64Array(), 0.5), Number.NaN)
})
