import assert from 'node:assert/strict'
import { it } from 'node:test'
import { migrations } from './migrations.ts'

it('the migrations of all features have numbers that nothing is twice in', () => {
  const numbers = migrations.map(({ number }) => number)
  assert.deepEqual([...new Set(numbers)], numbers)
  assert.ok(numbers.every((number) => Number.isInteger(number) && number > 0))
})
