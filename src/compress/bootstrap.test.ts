import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bootstrapInterval, bootstrapMean } from './bootstrap.ts'
import { createRandom, drawNormal } from '../base/seeded-random.ts'

describe('the bootstrap', () => {
  const normal = (seed: number, count: number) => {
    const random = createRandom(seed)
    return Float64Array.from({ length: count }, () => drawNormal(random))
  }

  it('gives for the mean of many about what theory does: ± 1.96 / √n', () => {
    const values = normal(5, 1000)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const [low, high] = bootstrapMean(values) ?? []
    const half = 1.96 / Math.sqrt(1000)
    assert.ok(Math.abs((low ?? 0) - (mean - half)) < 0.1 * half, `${low}`)
    assert.ok(Math.abs((high ?? 0) - (mean + half)) < 0.1 * half, `${high}`)
  })

  it('covers the truth about as often as it says', () => {
    const covering = Array.from({ length: 200 }, (_, seed) => {
      const values = normal(seed + 1, 50)
      const [low = 1, high = -1] =
        bootstrapInterval(
          50,
          (places) => places.reduce((sum, place) => sum + (values[place] ?? 0), 0) / places.length,
          200,
        ) ?? []
      return low <= 0 && 0 <= high
    }).filter(Boolean).length
    assert.ok(covering >= 176 && covering <= 198, `${covering} of 200`)
  })

  it('gives the same each time, and nothing for what has no spread', () => {
    const values = normal(3, 20)
    assert.deepEqual(bootstrapMean(values), bootstrapMean(values))
    assert.equal(bootstrapMean(Float64Array.of(1)), undefined)
    assert.equal(
      bootstrapInterval(10, () => Number.NaN),
      undefined,
    )
  })
})
