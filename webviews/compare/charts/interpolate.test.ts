import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findHull, interpolate } from './interpolate.ts'

describe('a value between others', () => {
  const points = [
    { x: 0, y: 0, value: 0 },
    { x: 10, y: 0, value: 10 },
  ]
  it('is that of a point at its place', () => assert.equal(interpolate(points, 10, 0), 10))
  it('is the mean at equal distances', () => assert.equal(interpolate(points, 5, 3), 5))
  it('is weighted by the inverse square of the distance', () => assert.equal(interpolate(points, 2.5, 0), 1))
  it('is none where there are no others', () => assert.ok(Number.isNaN(interpolate([], 0, 0))))
})

describe('the hull of points', () => {
  const corners = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
  ].map(([x = 0, y = 0]) => ({ x, y }))
  it('has the outermost alone', () =>
    assert.deepEqual(findHull([{ x: 2, y: 2 }, ...corners.toReversed(), { x: 2, y: 0 }]), corners))
  it('has no area where they lie on a line', () => assert.ok(findHull(corners.slice(0, 2)).length < 3))
})
