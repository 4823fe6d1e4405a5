import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { cosineOf, createParity } from './parity.ts'

const floats = (dims: readonly number[], ...values: readonly number[]): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from(values),
})

describe('the parity of an output', () => {
  it('has errors of elements, and cosine and answer of samples, over all batches', () => {
    const parity = createParity('y')
    parity.add(floats([2, 2], 3, 4, 0, 1), floats([2, 2], 3, 4, 1, 0), 2)
    parity.add(floats([1, 2], 8, 6), floats([1, 2], 6, 8), 1)
    const { samples, elements, maxError, meanError, relativeError, cosine, leastCosine, agreement } = parity.result()
    assert.deepEqual([samples, elements, maxError, meanError, relativeError], [3, 6, 2, 1, 0.25])
    assert.ok(Math.abs(cosine.value - (1 + 0 + 0.96) / 3) < 1e-12)
    assert.equal(leastCosine, 0)
    assert.equal(agreement?.value, 1 / 3)
  })

  it('counts numbers that are finite in one only, and leaves them out of errors', () => {
    const parity = createParity('y')
    parity.add(floats([4, 1], 1, Number.NaN, Infinity, 2), floats([4, 1], 1.5, Number.NaN, -Infinity, Number.NaN), 4)
    const { nonFinite, maxError, agreement } = parity.result()
    assert.deepEqual([nonFinite, maxError, agreement], [2, 0.5, undefined])
  })

  it('reads halves by their bits, and texts as answers', () => {
    const halves = createParity('h')
    const half = (bits: number): TensorValue => ({ dtype: 'float16', dims: [1, 1], data: Uint16Array.of(bits) })
    halves.add(half(0x3c00), half(0x3e00), 1)
    assert.equal(halves.result().maxError, 0.5)
    const texts = createParity('t')
    const text = (...data: string[]): TensorValue => ({ dtype: 'string', dims: [data.length], data })
    texts.add(text('cat', 'dog'), text('cat', 'cat'), 2)
    assert.equal(texts.result().agreement?.value, 0.5)
    assert.equal(texts.result().maxError, Number.NaN)
  })

  it('refuses outputs of other sizes by name', () => {
    const parity = createParity('y')
    assert.throws(() => parity.add(floats([2], 1, 2), floats([1], 1), 2), /output “y” has the dims \[1\], .* \[2\]/)
  })
})

it('a cosine is 1 for vectors of one direction, 0 where only one has any, and within its range', () => {
  assert.equal(cosineOf([0.1, 0.2, 0.3], [0.2, 0.4, 0.6]), 1)
  assert.equal(cosineOf([1, 0], [-2, 0]), -1)
  assert.equal(cosineOf([0, 0], [0, 0]), 1)
  assert.equal(cosineOf([0, 0], [1, 0]), 0)
  assert.equal(cosineOf([1, Number.NaN], [1, 1]), 0)
  assert.equal(cosineOf([9, 9, 1, 2], [0, 0, 1, 2], 2, 2), 1)
})
