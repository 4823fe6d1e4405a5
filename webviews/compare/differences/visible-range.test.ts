import assert from 'node:assert/strict'
import { it } from 'node:test'
import { contains, findRange, toOffsets } from './visible-range.ts'

it('what is in sight is found by where it lies, with some more on each side', () => {
  const offsets = toOffsets([10, 20, 10, 10, 50])
  assert.deepEqual(offsets, [0, 10, 30, 40, 50, 100])
  assert.deepEqual(findRange(offsets, 0, 10, 0), { start: 0, end: 2 })
  assert.deepEqual(findRange(offsets, 29, 39, 0), { start: 1, end: 3 })
  assert.deepEqual(findRange(offsets, 29, 39, 1), { start: 0, end: 4 })
  assert.deepEqual(findRange(offsets, 90, 1000, 5), { start: 0, end: 5 })
})

it('of nothing, nothing is in sight', () => {
  assert.deepEqual(findRange(toOffsets([]), 0, 100, 3), { start: 0, end: 0 })
})

it('a range that reaches further on both sides contains another', () => {
  assert.ok(contains({ start: 1, end: 5 }, { start: 1, end: 4 }))
  assert.ok(!contains({ start: 1, end: 5 }, { start: 0, end: 4 }))
})
