import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type ActivationRange, chooseRange, rangeMethods } from './choose-range.ts'
import { createHistogram } from './histogram.ts'

function histogramOf(values: Iterable<number>) {
  const histogram = createHistogram()
  histogram.add(Float32Array.from(values))
  return histogram
}

/** About normal: sums of a generator that is the same each time. */
function bell(count: number, scale: number): number[] {
  let state = 1
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  return Array.from({ length: count }, () => {
    let sum = 0
    for (let part = 0; part < 12; part++) sum += next()
    return (sum - 6) * scale
  })
}

/** Square error of each value when it is rounded to 256 levels of a range. */
function roundingError(values: readonly number[], { min, max }: ActivationRange): number {
  const scale = (max - min) / 255
  return values.reduce((sum, value) => {
    const rounded = Math.round((Math.min(max, Math.max(min, value)) - min) / scale) * scale + min
    return sum + (value - rounded) ** 2
  }, 0)
}

describe('the range of an activation', () => {
  it('holds 0 and lies within what was seen, by every method', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { maxLength: 200 })
    fc.assert(
      fc.property(values, fc.constantFrom(...rangeMethods), (all, method) => {
        const { min, max } = chooseRange(histogramOf(all), method)
        assert.ok(min <= 0 && max >= 0)
        assert.ok(min >= Math.min(0, ...all) && max <= Math.max(0, ...all))
      }),
    )
  })

  it('is all that was seen, by min-max', () => {
    assert.deepEqual(chooseRange(histogramOf([-3, 0, 700]), 'min-max'), { min: -3, max: 700 })
    assert.deepEqual(chooseRange(histogramOf([2, 5]), 'min-max'), { min: 0, max: 5 })
    for (const method of rangeMethods) {
      assert.deepEqual(chooseRange(histogramOf([0, 0]), method), { min: 0, max: 0 })
      assert.deepEqual(chooseRange(histogramOf([]), method), { min: 0, max: 0 })
    }
  })

  it('cuts off a value that is far from all others, by how they are distributed', () => {
    const values = [...bell(200_000, 1), 90]
    for (const method of ['entropy', 'percentile'] as const) {
      const { min, max } = chooseRange(histogramOf(values), method)
      assert.ok(max < 30 && max > 2, `${method}: ${max}`)
      assert.ok(min < -2, `${method}: ${min}`)
      const mirrored = chooseRange(histogramOf(values.map((value) => -value)), method)
      assert.ok(mirrored.min > -30 && mirrored.min < -2, `${method}: ${mirrored.min}`)
    }
  })

  it('keeps what is far from all others when it is much, at either end', () => {
    const values = [...bell(100_000, 1), ...bell(5000, 0.1).map((value) => value + 12)]
    const { max } = chooseRange(histogramOf(values), 'entropy')
    const { min } = chooseRange(histogramOf(values.map((value) => -value)), 'entropy')
    assert.ok(max > 11.5 && min < -11.5, `${min} to ${max}`)
  })

  it('has a square error that no other range of its kind is far below, by mse', () => {
    const values = [...bell(20_000, 1), ...bell(200, 8)]
    const found = roundingError(values, chooseRange(histogramOf(values), 'mse'))
    for (let end = 1; end < 40; end += 0.25) {
      assert.ok(found <= roundingError(values, { min: -end, max: end }) * 1.02, `${end} is better`)
    }
  })

  it('uses all levels on one side of 0 where there is nothing on the other', () => {
    const positive = bell(50_000, 1).map((value) => Math.max(0, value))
    for (const method of rangeMethods) {
      const { min, max } = chooseRange(histogramOf(positive), method)
      assert.equal(min, 0)
      assert.ok(max > 2.5, `${method}: ${max}`)
    }
  })
})
