import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createScrollMap } from './scroll-map.ts'

it('a pixel is a pixel in logs that browsers can lay out', () => {
  const map = createScrollMap(1000, 20, 400)
  assert.equal(map.height, 20_000)
  assert.equal(map.toLine(1010), 50.5)
  assert.equal(map.toScroll(50.5), 1010)
  assert.equal(map.toScroll(999), 19_600)
})

it('the ends of a log of many millions of lines are reached all the same', () => {
  const count = 10_000_000
  const map = createScrollMap(count, 20, 400)
  assert.ok(map.height <= 10_000_000)
  assert.equal(map.toLine(0), 0)
  assert.equal(map.toLine(map.height - 400), count - 20)
  assert.equal(Math.round(map.toLine(map.toScroll(7_654_321))), 7_654_321)
})
