import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { defaultOutputs, readDetections, readTruth } from './read-boxes.ts'

const floats = (dims: readonly number[], ...values: readonly number[]): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from(values),
})
const integers = (dims: readonly number[], ...values: readonly number[]): TensorValue => ({
  dtype: 'int64',
  dims,
  data: BigInt64Array.from(values, BigInt),
})
const detected = (boxes: TensorValue, scores: TensorValue, labels: TensorValue) =>
  new Map(Object.entries({ boxes, scores, labels }))

describe('boxes', () => {
  it('are read for each sample, without those that fill up', () => {
    const boxes = floats([2, 2, 4], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0)
    const outputs = detected(boxes, floats([2, 2], 0.5, 0.25, 1, Number.NaN), integers([2, 2], 3, 4, 5, 0))
    const [first, second, ...others] = readDetections(outputs, defaultOutputs, 2)
    assert.deepEqual(first, {
      corners: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      scores: Float64Array.of(0.5, 0.25),
      classes: Int32Array.of(3, 4),
    })
    assert.deepEqual([second?.classes, others], [Int32Array.of(5), []])
    const labels = floats([1, 2, 5], 1, 2, 3, 4, 7, 0, 0, 0, 0, -1)
    assert.deepEqual(readTruth(labels, 1), [
      { corners: Float64Array.of(1, 2, 3, 4), scores: Float64Array.of(1), classes: Int32Array.of(7) },
    ])
  })

  it('of one sample need no dimension of samples, and may be none', () => {
    const outputs = detected(floats([1, 4], 1, 2, 3, 4), floats([1], 0.5), integers([1], 3))
    assert.equal(readDetections(outputs, defaultOutputs, 1)[0]?.classes.length, 1)
    const none = detected(floats([0, 4]), floats([0]), integers([0]))
    assert.equal(readDetections(none, defaultOutputs, 1)[0]?.classes.length, 0)
    assert.throws(() => readDetections(outputs, defaultOutputs, 2), { message: /\[1, 4\], and not \[2, boxes, 4\]/ })
  })

  it('have as many scores and classes', () => {
    const outputs = detected(floats([1, 2, 4], 1, 2, 3, 4, 5, 6, 7, 8), floats([1, 2], 1, 1), integers([1, 3], 1, 1, 1))
    assert.throws(() => readDetections(outputs, defaultOutputs, 1), {
      code: 'BAD_REQUEST',
      message: /“labels” is \[1, 3\], for 2 boxes of each sample/,
    })
  })
})
