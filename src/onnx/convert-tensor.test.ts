import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { convertTensor } from './convert-tensor.ts'
import { parseJsonFeeds, toJsonTensor } from './tensor-json.ts'
import type { Dtype, TensorValue } from './tensor-value.ts'

const numeric = ['float64', 'float32', 'float16', 'int8', 'uint8', 'int16', 'int32', 'int64', 'uint64'] as const

describe('a tensor in another type', () => {
  it('has the same numbers wherever the type can hold them, and is refused elsewhere', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 127 })), fc.constantFrom(...numeric), (values, dtype) => {
        const given: TensorValue = { dtype: 'float64', dims: [values.length], data: Float64Array.from(values) }
        const there = convertTensor(given, dtype, 'x')
        assert.equal(there.dtype, dtype)
        assert.deepEqual(convertTensor(there, 'float64', 'x'), given)
      }),
    )
    const refused: readonly (readonly [number, Dtype])[] = [
      [0.5, 'int32'],
      [256, 'uint8'],
      [-1, 'uint64'],
      [2 ** 31, 'int32'],
      [2, 'bool'],
      [Number.NaN, 'int64'],
      [2 ** 60, 'int64'],
      [1, 'string'],
    ]
    for (const [value, dtype] of refused) {
      const given: TensorValue = { dtype: 'float64', dims: [], data: Float64Array.of(value) }
      assert.throws(() => convertTensor(given, dtype, 'the input'), {
        code: 'INVALID_PARAMETER_VALUE',
        message: /^the input/,
      })
    }
  })

  it('has floats rounded to the nearest', () => {
    const given: TensorValue = { dtype: 'float64', dims: [2], data: Float64Array.of(0.1, 1e300) }
    assert.deepEqual(convertTensor(given, 'float32', 'x').data, Float32Array.of(0.1, Infinity))
    assert.deepEqual(convertTensor(given, 'float16', 'x').data, Uint16Array.of(0x2e66, 0x7c00))
  })
})

describe('tensors as JSON', () => {
  it('are read in the types of the inputs, and written as they were', () => {
    const inputs = [
      { name: 'ids', dtype: 'int64', dims: ['N'] },
      { name: 'mask', dtype: 'bool', dims: ['N'] },
      { name: 'half', dtype: 'float16', dims: ['N', 2] },
      { name: 'text', dtype: 'string', dims: [] },
      { name: '__proto__', dtype: 'float32', dims: [] },
    ] as const
    const text =
      '{"ids": [1, "-9007199254740993"], "mask": [true, 0], "half": [[1, "Infinity"]], "text": "a", "__proto__": 2}'
    const feeds = parseJsonFeeds(text, inputs, 'in.json')
    assert.deepEqual(
      [...feeds].map(([name, value]) => [name, toJsonTensor(value)]),
      [
        ['ids', { dtype: 'int64', dims: [2], data: [1, '-9007199254740993'] }],
        ['mask', { dtype: 'bool', dims: [2], data: [1, 0] }],
        ['half', { dtype: 'float16', dims: [1, 2], data: [1, Infinity] }],
        ['text', { dtype: 'string', dims: [], data: ['a'] }],
        ['__proto__', { dtype: 'float32', dims: [], data: [2] }],
      ],
    )
  })

  it('are left out of an answer when they are long', () => {
    assert.deepEqual(toJsonTensor({ dtype: 'int8', dims: [100_001], data: new Int8Array(100_001) }), {
      dtype: 'int8',
      dims: [100_001],
    })
  })
})
