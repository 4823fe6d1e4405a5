import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { withoutPadding } from './without-padding.ts'

const mask: TensorValue = { dtype: 'int64', dims: [2, 2], data: BigInt64Array.of(1n, 0n, 1n, 1n) }
const states: TensorValue = { dtype: 'float32', dims: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
const pooled: TensorValue = { dtype: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }

it('what fills a text up is left out of what is compared, and all else is as it was', () => {
  const outputs = new Map([
    ['states', states],
    ['pooled', pooled],
  ])
  const found = withoutPadding(new Map([['attention_mask', mask]]), outputs)
  assert.deepEqual(found.get('states')?.data, Float32Array.of(1, 2, 0, 0, 5, 6, 7, 8))
  assert.equal(found.get('pooled'), pooled)
  assert.deepEqual(states.data[2], 3)
  assert.equal(withoutPadding(new Map([['x', mask]]), outputs), outputs)
})
