import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { smooth } from './smooth.ts'

describe('smoothing', () => {
  it('averages with a weight on the past, without a bias to zero', () => {
    const [a = 0, b = 0, c = 0] = smooth(Float64Array.of(1, 3, 3), 0.5)
    assert.equal(a, 1)
    assert.ok(Math.abs(b - 7 / 3) < 1e-12)
    assert.ok(Math.abs(c - 19 / 7) < 1e-12)
  })
  it('changes nothing with weight 0', () => assert.deepEqual([...smooth(Float64Array.of(4, 2, 8), 0)], [4, 2, 8]))
  it('leaves a constant series exactly as it is', () =>
    assert.deepEqual([...smooth(Float64Array.of(0.1, 0.1, 0.1), 0.9)], [0.1, 0.1, 0.1]))
  it('passes over what is not finite', () => {
    const smoothed = smooth(Float64Array.of(1, Number.NaN, 3), 0.5)
    assert.ok(Number.isNaN(smoothed[1]))
    assert.ok(Math.abs((smoothed[2] ?? 0) - 7 / 3) < 1e-12)
  })
})
