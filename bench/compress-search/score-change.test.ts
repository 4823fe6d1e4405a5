import assert from 'node:assert/strict'
import { it } from 'node:test'
import { lostScore, meanScore } from './score-change.ts'

const many = (score: number, count: number) => Array<number>(count).fill(score)

it('an interval of answers that are right or wrong is there even where all of them are', () => {
  const { value, interval = [0, 0] } = meanScore(many(1, 100))
  assert.deepEqual([value, interval[1]], [1, 1])
  assert.ok(interval[0] > 0.95 && interval[0] < 1)
  const lost = lostScore(many(1, 100), many(1, 100))
  assert.equal(lost.value, 0)
  assert.ok((lost.interval?.[1] ?? 0) > 0.01)
})

it('what is lost is of the same samples, for shares of each, too', () => {
  assert.equal(lostScore([1, 1, 0, 1], [1, 0, 1, 0]).value, 0.25)
  const first = Array.from({ length: 200 }, (_, place) => 0.5 + (place % 10) / 20)
  const { value, interval = [0, 0] } = lostScore(
    first,
    first.map((score, place) => score - (place % 2) / 5),
  )
  assert.ok(Math.abs(value - 0.1) < 1e-9)
  assert.ok(interval[0] > 0.08 && interval[1] < 0.12)
})
