import assert from 'node:assert/strict'
import { it } from 'node:test'
import { resize } from './resize.ts'

const grey = (values: readonly number[]) => values.flatMap((value) => [value, value, value])
const firstOf = (data: ArrayLike<number>) => Array.from(data).filter((_, at) => at % 3 === 0)

it('half the size is of all pixels, by their distance', () => {
  const { data } = resize({ width: 4, height: 1, data: grey([0, 8, 16, 80]) }, { width: 2, height: 1 })
  // Reach of two pixels: weights of 3, 3 and 1, the fourth lying beyond the edge.
  const expected = [(0 * 3 + 8 * 3 + 16) / 7, (8 + 16 * 3 + 80 * 3) / 7]
  assert.deepEqual(firstOf(data), expected.map(Math.fround))
})

it('twice the size lies between the pixels, rows and columns alike', () => {
  const wide = resize({ width: 2, height: 1, data: grey([0, 8]) }, { width: 4, height: 1 })
  const tall = resize({ width: 1, height: 2, data: grey([0, 8]) }, { width: 1, height: 4 })
  assert.deepEqual(firstOf(wide.data), [0, 2, 6, 8])
  assert.deepEqual(firstOf(tall.data), [0, 2, 6, 8])
})

it('one colour stays one colour', () => {
  const { data } = resize({ width: 7, height: 5, data: grey(Array<number>(35).fill(99)) }, { width: 3, height: 11 })
  assert.ok(Array.from(data).every((value) => Math.abs(value - 99) < 1e-3))
})
