import assert from 'node:assert/strict'
import { it } from 'node:test'
import { median } from './median.ts'

it('the median is the value in the middle, whatever the order', () => {
  assert.equal(median([9, 1, 1000]), 9)
  assert.equal(median([7]), 7)
})

it('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([4, 1, 2, 100]), 3)
})

it('nothing has no median', () => {
  assert.throws(() => median([]), RangeError)
})
