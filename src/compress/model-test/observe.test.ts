import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { createObserver } from './observe.ts'

const floats = (dims: readonly number[], ...values: readonly number[]): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from(values),
})
const integers = (...values: readonly number[]): TensorValue => ({
  dtype: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
})
const texts = (...data: readonly string[]): TensorValue => ({ dtype: 'string', dims: [data.length], data })
const scores = floats([2, 3], 0, 5, 1, 7, 2, Number.NaN)
const otherScores = floats([2, 3], 0, 5, 1, 1, 2, 3)

function observe(
  given: Partial<Parameters<typeof createObserver>[0]>,
  ...[original, candidate, labels, count]: Parameters<ReturnType<typeof createObserver>['add']>
) {
  const observer = createObserver({ task: undefined, output: 'y', classes: undefined, ...given })
  observer.add(original, candidate, labels, count)
  return observer.result()
}

describe('what two models say and what is right', () => {
  it('is of scores the class with the largest, beside labels however they are written', () => {
    const expected = { task: 'classification', right: ['1', '2'], original: ['1', '0'], candidate: ['1', '2'] }
    assert.deepEqual(observe({}, scores, otherScores, integers(1, 2), 2), expected)
    assert.deepEqual(observe({}, scores, otherScores, texts(' 1', '2.0'), 2), expected)
    assert.deepEqual(observe({}, scores, otherScores, floats([2], 1, 2), 2), expected)
  })

  it('goes by the names of classes', () => {
    const classes = ['cat', 'dog', 'owl']
    const seen = observe({ classes }, scores, otherScores, texts('dog', 'owl'), 2)
    assert.deepEqual(seen, {
      task: 'classification',
      right: ['dog', 'owl'],
      original: ['dog', 'cat'],
      candidate: ['dog', 'owl'],
    })
    assert.throws(() => observe({}, scores, otherScores, texts('dog', 'owl'), 2), { hint: /--classes cat,dog/ })
  })

  it('is what the original says where there are no labels', () => {
    const seen = observe({}, texts('a', 'b'), texts('a', 'c'), undefined, 2)
    assert.deepEqual(seen, { task: 'classification', right: ['a', 'b'], original: ['a', 'b'], candidate: ['a', 'c'] })
    assert.equal(observe({}, floats([2, 1], 1, 2), floats([2, 1], 1, 3), undefined, 2), undefined)
    assert.equal(observe({ task: 'similarity' }, scores, otherScores, integers(1, 2), 2), undefined)
  })

  it('takes one probability and labels of 0 and 1 for two classes, unless told that it is a number', () => {
    const given = [floats([3, 1], 0.9, 0.2, 0.5), floats([3, 1], 0.4, 0.1, 0.6), integers(1, 0, 0), 3] as const
    assert.deepEqual(observe({}, ...given), {
      task: 'classification',
      right: ['1', '0', '0'],
      original: ['1', '0', '1'],
      candidate: ['0', '0', '1'],
    })
    assert.equal(observe({ task: 'regression' }, ...given)?.task, 'regression')
  })

  it('is of numbers their squared errors, as a mean over those of a sample', () => {
    const seen = observe(
      { task: 'regression' },
      floats([2, 2], 1, 2, 3, 4),
      floats([2, 2], 1, 4, 3, 4),
      floats([2, 2], 1, 1, 3, 0),
      2,
    )
    assert.deepEqual(seen, {
      task: 'regression',
      original: { squared: Float64Array.of(0.5, 8), absolute: Float64Array.of(0.5, 2) },
      candidate: { squared: Float64Array.of(4.5, 8), absolute: Float64Array.of(1.5, 2) },
      right: { mean: Float64Array.of(1, 1.5), square: Float64Array.of(1, 4.5) },
    })
    const own = observe({ task: 'regression' }, floats([2], 1, 2), floats([2], 1, 4), undefined, 2)
    assert.ok(own?.task === 'regression')
    assert.deepEqual(own.candidate.squared, Float64Array.of(0, 4))
    assert.throws(() => observe({}, floats([2], 1, 2), floats([2], 1, 2), texts('a', 'b'), 2), /no numbers for 2 of/)
  })
})
