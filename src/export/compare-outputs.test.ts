import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { compareOutputs } from './compare-outputs.ts'

const floats = (dims: readonly number[], ...values: number[]): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from(values),
})
const labels = (...values: number[]): TensorValue => ({
  dtype: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
})

function compare(right: TensorValue, given: TensorValue, scores?: TensorValue) {
  const expected = new Map([['y', right], ...(scores === undefined ? [] : [['scores', scores] as const])])
  const actual = new Map([['y', given], ...(scores === undefined ? [] : [['scores', scores] as const])])
  const [first] = compareOutputs(expected, actual, new Map([['y', 'scores']]))
  return first ?? assert.fail()
}

describe('outputs beside those of the framework', () => {
  it('are the same within the tolerance of their type, by the largest of the output', () => {
    const right: TensorValue = { dtype: 'float64', dims: [3], data: Float64Array.of(2000, 0.01, -3) }
    // 0.01 of 0.02 is allowed for beside 2000, since the sums that it comes of are of that size.
    const near = compare(right, floats([3, 1], 2001, 0.02, -3))
    assert.deepEqual([near.isSame, near.different, near.dtype], [true, 0, 'float32'])
    assert.ok(Math.abs(near.maxAbsolute - 1) < 1e-9 && Math.abs(near.maxRelative - 1) < 1e-6)
    const far = compare(right, floats([3], 2000, 0.05, -3))
    assert.deepEqual([far.isSame, far.different], [false, 1])
    const doubles: TensorValue = { dtype: 'float64', dims: [3], data: Float64Array.of(2000, 0.011, -3) }
    assert.equal(compare(right, doubles).isSame, false, 'doubles are held to less')
  })

  it('take NaN and infinities as what they are', () => {
    const right = floats([4], NaN, Infinity, -Infinity, 1)
    assert.equal(compare(right, floats([4], NaN, Infinity, -Infinity, 1)).isSame, true)
    for (const given of [
      [0, Infinity, -Infinity, 1],
      [NaN, -Infinity, -Infinity, 1],
      [NaN, Infinity, -Infinity, NaN],
    ]) {
      const found = compare(right, floats([4], ...given))
      assert.deepEqual([found.isSame, found.different, found.maxAbsolute], [false, 1, 0])
    }
  })

  it('have labels that are equal, unless two classes are as good as each other', () => {
    const scores = floats([3, 2], 0.5, 0.5, 0.9, 0.1, 0.2, 0.8)
    assert.deepEqual(compare(labels(0, 0, 1), labels(0, 0, 1), scores).isSame, true)
    const tie = compare(labels(0, 0, 1), labels(1, 0, 1), scores)
    assert.deepEqual([tie.isSame, tie.ties, tie.different], [true, 1, 0])
    const wrong = compare(labels(0, 0, 1), labels(1, 1, 1), scores)
    assert.deepEqual([wrong.isSame, wrong.ties, wrong.different, wrong.maxAbsolute], [false, 1, 1, 1])
    assert.equal(compare(labels(0), labels(1)).isSame, false, 'without scores there are no ties')
    const texts = (...data: string[]): TensorValue => ({ dtype: 'string', dims: [data.length], data })
    assert.equal(compare(texts('no', 'yes'), texts('no', 'yes')).isSame, true)
    assert.equal(compare(texts('no', 'yes'), texts('no', 'no')).different, 1)
  })

  it('say what is wrong with the whole of one', () => {
    assert.match(compare(floats([2, 3], 1, 2, 3, 4, 5, 6), floats([3, 2], 1, 2, 3, 4, 5, 6)).problem ?? '', /\[3, 2\]/)
    assert.match(compare(labels(1), { dtype: 'string', dims: [1], data: ['1'] }).problem ?? '', /string.*int64/)
    const [absent] = compareOutputs(new Map([['y', labels(1)]]), new Map(), new Map())
    assert.deepEqual([absent?.isSame, absent?.problem], [false, 'The ONNX model has no such output.'])
  })
})
