import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findGrowth } from './growth.ts'

const samples = (...values: readonly number[]) => values.map((heap) => ({ heap }))

describe('growth', () => {
  it('is 1 for what goes up and down, whatever it took to begin with', () => {
    assert.deepEqual(findGrowth(samples(1, 2, 10, 12, 11, 13, 12, 10), ['heap']), { heap: 1 })
  })

  it('tells a leak', () => {
    assert.deepEqual(findGrowth(samples(10, 20, 30, 40, 50, 60, 70, 80), ['heap']), { heap: 75 / 35 })
  })
})
