import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRandom, drawNormal } from './seeded-random.ts'

const first = <Value>(count: number, draw: () => Value) => Array.from({ length: count }, draw)

it('numbers follow from their seed, and are spread evenly', () => {
  assert.deepEqual(first(5, createRandom(7)), first(5, createRandom(7)))
  assert.notDeepEqual(first(5, createRandom(7)), first(5, createRandom(8)))
  const tenths = Map.groupBy(first(10_000, createRandom(1)), (number) => Math.floor(number * 10))
  assert.deepEqual([...tenths.keys()].toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const { length } of tenths.values()) assert.ok(Math.abs(length - 1000) < 120, `${length}`)
})

it('normal numbers have the mean 0, the deviation 1, and a twentieth beyond 1.96', () => {
  const random = createRandom(2)
  const numbers = first(10_000, () => drawNormal(random))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  assert.ok(Math.abs(mean(numbers)) < 0.04)
  assert.ok(Math.abs(mean(numbers.map((number) => number ** 2)) - 1) < 0.06)
  assert.ok(Math.abs(mean(numbers.map((number) => Number(Math.abs(number) > 1.96))) - 0.05) < 0.01)
})
