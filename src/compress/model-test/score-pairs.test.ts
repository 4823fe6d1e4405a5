import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { createPairScorer } from './score-pairs.ts'

const floats = (dims: readonly number[], ...values: readonly number[]): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from(values),
})
const outputs = (value: TensorValue) => new Map([['y', value]])
const pairs = { first: [0, 0, 1], second: [1, 2, 2], scores: [3, 1, 2] }

describe('embeddings of pairs', () => {
  it('are compared by the order of their cosines, over all batches', async () => {
    const scorer = createPairScorer('y', pairs)
    // The first sample is nearer to the second than to the third; the candidate has it the other way.
    const batches = [
      [floats([2, 2], 1, 0, 1, 0.1), floats([2, 2], 1, 0, 0, 1)],
      [floats([1, 2], 1, 1), floats([1, 2], 1, 0.2)],
    ] as const
    for (const [original, candidate] of batches) {
      const batch = { feeds: new Map(), labels: undefined, count: original.dims[0] ?? 0 }
      await scorer.add(outputs(original), outputs(candidate), batch)
    }
    const scored = (await scorer.result()) ?? assert.fail()
    const { original, candidate, change } = scored.compare([0, 1, 2])
    assert.deepEqual([original.value, candidate.value, change.value], [1, -1, 2])
    assert.deepEqual([scored.count, scored.reference], [3, 'labels'])
  })

  it('are of words the mean, without those that the mask leaves out', async () => {
    const scorer = createPairScorer('y', { first: [0], second: [1], scores: undefined })
    const mask: TensorValue = { dtype: 'int64', dims: [2, 2], data: BigInt64Array.of(1n, 0n, 1n, 1n) }
    // Sample 0 is [1, 0] and padding that points elsewhere; sample 1 has [1, 1] and [1, -1].
    const words = floats([2, 2, 2], 1, 0, -7, 9, 1, 1, 1, -1)
    const other = floats([2, 2, 2], 0, 1, -7, 9, 1, 1, 1, -1)
    await scorer.add(outputs(words), outputs(other), {
      feeds: new Map([['attention_mask', mask]]),
      labels: undefined,
      count: 2,
    })
    const scored = (await scorer.result()) ?? assert.fail()
    // Cosines of 1 and 0.
    assert.equal(scored.others?.[0]?.candidate.value, 1)
  })

  it('are refused where there is no vector for a sample, or no sample of a pair', async () => {
    const batch = { feeds: new Map(), labels: undefined, count: 2 }
    const flat = outputs(floats([2], 1, 2))
    assert.throws(() => void createPairScorer('y', pairs).add(flat, flat, batch), {
      hint: /\[samples, words, values\]/,
    })
    const scorer = createPairScorer('y', pairs)
    const two = outputs(floats([2, 1], 1, 2))
    await scorer.add(two, two, batch)
    assert.throws(() => scorer.result(), { message: /names the sample 2, and there are 2/ })
  })
})
