import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createScale } from '../../shared/chart/scale.ts'
import { pan, zoomAround, zoomInto } from './curve-zoom.ts'

const frame = { left: 0, top: 0, right: 100, bottom: 100, ratio: 1 }
const scales = {
  x: createScale({ min: 0, max: 1000 }, false, 0, 100),
  y: createScale({ min: 0, max: 10 }, false, 100, 0),
  isClipped: false,
}

describe('looking closer at curves', () => {
  it('shows a stretch of either axis that was marked', () => {
    assert.deepEqual(zoomInto({}, scales, { axis: 'x', from: 20, to: 40, at: 0 }), { x: { min: 200, max: 400 } })
    assert.deepEqual(zoomInto({}, scales, { axis: 'y', from: 20, to: 40, at: 0 }), { y: { min: 6, max: 8 } })
  })

  it('moves with the pointer', () =>
    assert.deepEqual(pan({}, scales, frame, { x: 10, y: 50 }), { x: { min: -100, max: 900 } }))

  it('ends where all there is is shown', () => {
    const span = { min: 0, max: 1000 }
    assert.deepEqual(zoomAround({}, scales, span, 50, 2), { x: { min: 250, max: 750 } })
    assert.deepEqual(zoomAround({ x: { min: 0, max: 1 } }, scales, span, 50, 0.5), {})
  })
})
