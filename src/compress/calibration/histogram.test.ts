import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createHistogram } from './histogram.ts'

const parts = fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 40 }), {
  maxLength: 8,
})

describe('a histogram of activations', () => {
  it('is the same however the values are split up, and misses none', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const [apart, together] = [createHistogram(), createHistogram()]
        for (const part of all) apart.add(Float32Array.from(part))
        together.add(Float32Array.from(all.flat()))
        for (const histogram of [apart, together]) {
          const values = all.flat()
          assert.equal(histogram.count, values.length)
          assert.equal(histogram.zeros, values.filter((value) => value === 0).length)
          assert.equal(
            histogram.bins.reduce((sum, count) => sum + count, 0),
            histogram.count - histogram.zeros,
          )
          // −0 is 0 here.
          assert.equal(histogram.min + 0, Math.min(...(values.length === 0 ? [0] : values)) + 0)
          assert.equal(histogram.max + 0, Math.max(...(values.length === 0 ? [0] : values)) + 0)
        }
        assert.equal(apart.limit, together.limit)
        assert.deepEqual(apart.bins, together.bins)
      }),
    )
  })

  it('counts each value in the bin where it belongs, also after its limit has grown', () => {
    const histogram = createHistogram()
    histogram.add(Float32Array.of(0.5, -0.25))
    histogram.add(Float32Array.of(3, -4))
    assert.equal(histogram.limit, 8)
    const filled = [...histogram.bins.entries()].flatMap(([index, count]) => (count > 0 ? [[index, count]] : []))
    assert.deepEqual(
      filled.map(([index = 0, count]) => [histogram.limit * ((2 * index) / histogram.bins.length - 1), count]),
      [
        [-4, 1],
        [-0.25, 1],
        [0.5, 1],
        [3, 1],
      ],
    )
  })

  it('keeps what is no finite number apart', () => {
    const histogram = createHistogram()
    histogram.add(Float32Array.of(1, Number.NaN, Infinity, -Infinity))
    assert.deepEqual([histogram.odd, histogram.count, histogram.min, histogram.max], [3, 1, 1, 1])
  })
})
