import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compareEmbeddings } from './compare-embeddings.ts'
import { measuresOf, recipes } from './recipes.ts'

it('two answers are alike by the angle between them, whatever their lengths', () => {
  const first = [Float64Array.of(1, 0), Float64Array.of(1, 1)]
  const second = [Float64Array.of(0, 2), Float64Array.of(3, 3)]
  const [across, along] = compareEmbeddings(first, second)
  assert.deepEqual([across, along?.toFixed(9)], [0, '1.000000000'])
})

it('each measure of each recipe has an id of its own', () => {
  const ids = recipes.flatMap(measuresOf).map(([id]) => id)
  assert.equal(new Set(ids).size, ids.length)
})
