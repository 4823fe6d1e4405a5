import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createScale, padRange } from './scale.ts'

describe('a scale', () => {
  it('puts the least value at its start and the greatest at its end', () => {
    const scale = createScale({ min: 2, max: 4 }, false, 100, 0)
    assert.deepEqual([2, 3, 4].map(scale.toPixel), [100, 50, 0])
    assert.equal(scale.toValue(25), 3.5)
  })

  it('gives each decade the same room when it is logarithmic', () => {
    const scale = createScale({ min: 1, max: 100 }, true, 0, 200)
    assert.equal(Math.round(scale.toPixel(10)), 100)
    assert.equal(Math.round(scale.toValue(100)), 10)
  })

  it('has no place for zero when it is logarithmic', () => {
    assert.equal(Number.isFinite(createScale({ min: 1, max: 100 }, true, 0, 200).toPixel(0)), false)
  })
})

describe('padRange', () => {
  it('makes room on both sides', () =>
    assert.deepEqual(padRange({ min: 0, max: 10 }, false, 0.1), { min: -1, max: 11 }))
  it('makes room around a single value', () =>
    assert.deepEqual(padRange({ min: 0, max: 0 }, false, 0.1), { min: -1, max: 1 }))
  it('keeps a logarithmic range above zero', () => {
    const { min, max } = padRange({ min: 1e-9, max: 1 }, true, 0.1)
    assert.ok(min > 0 && max > 1)
  })
})
