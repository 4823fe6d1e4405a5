import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { appendSample, drawSparkline } from './sparkline.ts'

describe('a spark line', () => {
  const drawn: readonly (readonly [string, readonly number[], string])[] = [
    ['runs from the lowest bar to the highest', [0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    ['scales to the range of its values', [100, 101], '▁█'],
    ['draws a constant series as a middle line', [3, 3, 3], '▅▅▅'],
    ['leaves a gap for what is not a number', [0, Number.NaN, 1], '▁ █'],
    ['holds the range of the largest doubles', [-Number.MAX_VALUE, 0, Number.MAX_VALUE], '▁▅█'],
    ['draws nothing for a single value', [1], ''],
    ['draws nothing without a finite value', [Number.NaN, Number.POSITIVE_INFINITY], ''],
  ]
  for (const [sentence, values, text] of drawn) {
    it(sentence, () => assert.equal(drawSparkline(values), text))
  }
})

describe('a sampled series', () => {
  it('keeps the newest value and its bound however many are added', () => {
    let values: readonly number[] = []
    for (let step = 0; step < 1000; step++) {
      values = appendSample(values, step, 20)
      assert.ok(values.length <= 40)
      assert.equal(values.at(-1), step)
    }
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    )
  })
})
