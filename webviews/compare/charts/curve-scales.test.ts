import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toStrip } from '../../shared/chart/curve-strip.ts'
import { createScale } from '../../shared/chart/scale.ts'
import { createCurveScales, findSpan, reachesEnd, splitLog, toPlaceText, zoomRange } from './curve-scales.ts'

const frame = { left: 0, top: 0, right: 100, bottom: 100, ratio: 1 }
const options = { axis: 'step', logX: false, logY: false, clipOutliers: false } as const

function strip(values: readonly number[]) {
  const made = toStrip({ kind: 'points', xs: Float64Array.from(values.keys()), values: Float64Array.from(values) })
  assert.ok(made !== undefined)
  return made
}

describe('the scales of a curve chart', () => {
  it('show all there is, with room above and below', () => {
    const strips = [strip([0, 10]), strip([20])]
    const { x, y } = createCurveScales(strips, findSpan(strips, false), options, {}, frame)
    assert.deepEqual([x.min, x.max, y.min, y.max], [0, 1, -1, 21])
  })

  it('fit the values that a zoomed window shows', () => {
    const strips = [strip([100, 1, 2, 3, 100, 100])]
    const { y } = createCurveScales(strips, findSpan(strips, false), options, { x: { min: 2, max: 2.5 } }, frame)
    assert.ok(y.max < 4)
  })

  it('say when values are clipped', () => {
    const strips = [strip(Array.from({ length: 300 }, (_, index) => (index === 5 ? 1e6 : 1 + (index % 3))))]
    const scales = createCurveScales(strips, findSpan(strips, false), { ...options, clipOutliers: true }, {}, frame)
    assert.ok(scales.isClipped && scales.y.max < 10)
  })

  it('begin above zero when they are logarithmic', () =>
    assert.deepEqual(findSpan([strip([1, 1, 1])], true), { min: 1, max: 2 }))

  it('are there for a chart without curves', () => {
    const { x, y } = createCurveScales([], undefined, { ...options, logX: true, logY: true }, {}, frame)
    assert.ok(x.min > 0 && y.min > 0)
  })
})

describe('zooming', () => {
  it('keeps the value under the pointer where it is', () => {
    assert.deepEqual(zoomRange(createScale({ min: 0, max: 100 }, false, 0, 1), 25, 0.5), { min: 12.5, max: 62.5 })
    const { min, max } = zoomRange(createScale({ min: 1, max: 10_000 }, true, 0, 1), 100, 0.5)
    assert.deepEqual([Math.round(min), Math.round(max)], [10, 1000])
  })
  it('away from the end makes new points invisible', () => {
    assert.equal(reachesEnd({ min: 0, max: 5 }, { min: 0, max: 10 }), false)
    assert.equal(reachesEnd(undefined, { min: 0, max: 10 }), true)
  })
})

it('a place on an axis is written in its unit', () => {
  assert.equal(toPlaceText({ axis: 'step' }, 1200), 'step 1200')
  assert.equal(toPlaceText({ axis: 'relative' }, 90_000), '1m 30s')
})

it('a logarithmic axis is read in pieces that are equally wide on it', () => {
  const pieces = splitLog({ min: 1, max: 256 }, 400)
  assert.deepEqual(
    pieces.map(({ range, pixels }) => [Math.round(range.min), Math.round(range.max), pixels]),
    [
      [1, 4, 100],
      [4, 16, 100],
      [16, 64, 100],
      [64, 256, 100],
    ],
  )
  assert.deepEqual(splitLog(undefined, 400), [])
})
