import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRankCorrelation } from './rank-correlation.ts'

const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-12, `${value}`)
const ones = (values: readonly number[]) => values.map(() => 1)

describe('a rank correlation', () => {
  const first = [1, 2, 2, 3, 5, 5, 5, 9, 10, 4]
  const second = [2, 1, 4, 4, 6, 5, 9, 8, 8, 0]

  it('is what scipy.stats.spearmanr gives, equal values included', () => {
    near(createRankCorrelation(first, second)(ones(first)), 0.7709310859368713)
  })

  it('sees order alone', () => {
    near(createRankCorrelation(first, first.map(Math.exp))(ones(first)), 1)
    near(
      createRankCorrelation(
        first,
        first.map((value) => -value),
      )(ones(first)),
      -1,
    )
    assert.ok(Number.isNaN(createRankCorrelation(first, ones(first))(ones(first))))
  })

  it('counts each as often as its weight says', () => {
    const weights = first.map((_, index) => index % 3)
    const repeat = (values: readonly number[]) => values.flatMap((value, at) => Array<number>(at % 3).fill(value))
    const repeated = createRankCorrelation(repeat(first), repeat(second))(ones(repeat(first)))
    near(createRankCorrelation(first, second)(weights), repeated)
  })
})
