import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { scaleActivation } from './scale-activation.ts'

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) })

describe('the scale of an activation', () => {
  it('represents 0 as it is, and every value of the range to half a step', () => {
    fc.assert(
      fc.property(float, float, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, share) => {
        const [min, max] = [Math.min(one, other, 0), Math.max(one, other, 0)]
        const { scale, zeroPoint } = scaleActivation({ min, max })
        assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255)
        assert.ok(scale > 0 && Math.fround(scale) === scale)
        const value = min + (max - min) * share
        const rounded = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint))
        // At an end the zero point itself is rounded.
        assert.ok(Math.abs((rounded - zeroPoint) * scale - value) <= scale * 1.001 + 1e-36)
      }),
    )
  })

  it('has all levels for a range of one side, and is 1 for nothing but zeros', () => {
    assert.deepEqual(scaleActivation({ min: 0, max: 25.5 }), { scale: Math.fround(0.1), zeroPoint: 0 })
    assert.deepEqual(scaleActivation({ min: -2.55, max: 0 }), { scale: Math.fround(0.01), zeroPoint: 255 })
    assert.deepEqual(scaleActivation({ min: 0, max: 0 }), { scale: 1, zeroPoint: 0 })
  })
})
