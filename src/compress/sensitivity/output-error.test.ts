import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Session } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { measureError } from './output-error.ts'

const { signal } = new AbortController()
const floats = (...values: readonly number[]): TensorValue => ({
  dtype: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
})

/** A model that gives these outputs, whatever it is asked. */
function answering(outputs: ReadonlyMap<string, TensorValue>): Pick<Session, 'run'> {
  return { run: () => Promise.resolve({ outputs: new Map(outputs), runMs: 0 }) }
}

it('the distance of outputs is the root of their squared errors, as a share of what they are', async () => {
  const original = new Map([
    ['y', floats(3, 4, Number.NaN)],
    ['z', floats(0, 2)],
    ['name', { dtype: 'string', dims: [1], data: ['a'] } as const],
  ])
  const known = [{ feeds: new Map(), outputs: original }]
  const distance = (given: ReadonlyMap<string, TensorValue>) => measureError(answering(given), known, signal)
  assert.equal(await distance(original), 0)
  // Of y 5 of 5, of z nothing.
  assert.equal(await distance(new Map([...original, ['y', floats(0, 0, 7)]])), 0.5)
  assert.equal(await distance(new Map([...original, ['y', floats(3, Number.NaN, 0)]])), Infinity)
  assert.equal(await distance(new Map([['y', floats(3, 4, 0)]])), Infinity)
})
