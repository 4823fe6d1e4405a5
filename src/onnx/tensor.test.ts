import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { assert as assertProperty, constantFrom, integer, property, uint8Array } from 'fast-check'
import { TensorProto_DataLocation as DataLocation, TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf'
import { refuses } from './test-refusal.ts'
import { findElementType } from './element-types.ts'
import { countElements, makeTensor, readTensor, readTexts, tensorBytes, withBytes } from './tensor.ts'

/** All that have numbers. */
const numeric = Array.from({ length: 26 }, (_, index) => index + 1).filter((type) => type !== DataType.STRING)

function tensorOf(dataType: number, dims: readonly number[], fields: object = {}) {
  return create(TensorProtoSchema, { name: 't', dataType, dims: dims.map(BigInt), ...fields })
}

describe('a tensor with raw data', () => {
  it('gives numbers that make the same bytes again, of every type', () => {
    assertProperty(
      property(
        constantFrom(...numeric),
        integer({ min: 0, max: 9 }),
        uint8Array({ minLength: 160, maxLength: 160 }),
        (dataType, count, noise) => {
          const { bits, name } = findElementType(dataType, 't')
          const bytes = noise.slice(0, Math.ceil((count * bits) / 8))
          // What is left of the last byte stands for nothing.
          const spare = bytes.length * 8 - count * bits
          if (spare > 0) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) & (0xff >> spare)
          const tensor = withBytes(tensorOf(dataType, [count]), bytes)
          const values = readTensor(tensor)
          const again = makeTensor('t', dataType, [count], values)
          // Every NaN of eight bits is as good as another.
          const isSmall = name.startsWith('float8')
          if (isSmall) assert.deepEqual([...readTensor(again)], [...values])
          else assert.deepEqual(tensorBytes(again), bytes)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is read wherever it lies in its file, and its numbers may be changed', () => {
    const file = new Uint8Array(9)
    new DataView(file.buffer).setFloat32(1, 1.5, true)
    const tensor = withBytes(tensorOf(DataType.FLOAT, [2]), file.subarray(1))
    const values = readTensor(tensor)
    assert.deepEqual(values, Float32Array.of(1.5, 0))
    values[0] = 7
    assert.deepEqual(readTensor(tensor), Float32Array.of(1.5, 0))
  })

  it('is a view of its bytes as bytes', () => {
    const bytes = new Uint8Array(8)
    assert.equal(tensorBytes(withBytes(tensorOf(DataType.FLOAT, [2]), bytes)), bytes)
  })

  it('is refused when it has not as many bytes as its dimensions say', () => {
    const tensor = tensorOf(DataType.FLOAT, [2, 3], { rawData: new Uint8Array(23) })
    refuses('BAD_REQUEST', /“t” of dimensions \[2, 3\] should have 24 bytes, and has 23/, () => tensorBytes(tensor))
    refuses('BAD_REQUEST', /24 bytes, and has 0/, () => readTensor(tensorOf(DataType.FLOAT, [2, 3])))
  })
})

describe('the numbers of a type', () => {
  const cases: readonly [number, readonly number[], Float32Array | Int8Array | Uint8Array][] = [
    [DataType.BFLOAT16, [0x80, 0x3f, 0x49, 0xc0], Float32Array.of(1, -3.140625)],
    [DataType.FLOAT8E4M3FN, [0x38, 0xb8, 0x7e, 0x01, 0x7f], Float32Array.of(1, -1, 448, 2 ** -9, Number.NaN)],
    [DataType.FLOAT8E4M3FNUZ, [0x40, 0x7f, 0x80, 0x01], Float32Array.of(1, 240, Number.NaN, 2 ** -10)],
    [DataType.FLOAT8E5M2, [0x3c, 0x7b, 0x7c, 0xfc], Float32Array.of(1, 57344, Infinity, -Infinity)],
    [DataType.FLOAT8E5M2FNUZ, [0x40, 0x7f, 0x80], Float32Array.of(1, 57344, Number.NaN)],
    [DataType.FLOAT8E8M0, [0x7f, 0x80, 0, 0xff], Float32Array.of(1, 2, 2 ** -127, Number.NaN)],
    [DataType.FLOAT4E2M1, [0x72, 0xf9], Float32Array.of(1, 6, -0.5, -6)],
    [DataType.INT4, [0x87, 0x0f], Int8Array.of(7, -8, -1)],
    [DataType.UINT4, [0x87, 0x0f], Uint8Array.of(7, 8, 15)],
    [DataType.INT2, [0b11100100], Int8Array.of(0, 1, -2, -1)],
    [DataType.UINT2, [0b11100100], Uint8Array.of(0, 1, 2, 3)],
  ]
  for (const [dataType, bytes, values] of cases) {
    it(`are those that the format says: ${findElementType(dataType, 't').name}`, () => {
      assert.deepEqual(readTensor(withBytes(tensorOf(dataType, [values.length]), Uint8Array.from(bytes))), values)
    })
  }

  it('are rounded to the nearest, halves to even', () => {
    const rounded = (dataType: number, ...values: number[]) => [
      ...readTensor(makeTensor('t', dataType, [values.length], values)),
    ]
    assert.deepEqual(rounded(DataType.BFLOAT16, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.NaN), [1, 1 + 2 ** -6, Number.NaN])
    assert.deepEqual(rounded(DataType.FLOAT16, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1e6), [1, 1 + 2 ** -9, Infinity])
    assert.deepEqual(rounded(DataType.FLOAT8E4M3FN, 1.0625, 1.1875, 1e4, -1e4), [1, 1.25, 448, -448])
    assert.deepEqual(rounded(DataType.FLOAT4E2M1, 0.25, 2.5, 5, -9), [0, 2, 4, -6])
  })

  it('are refused when the type cannot hold them', () => {
    const make = (dataType: number, value: number | bigint) => () =>
      makeTensor('t', dataType, [1], typeof value === 'bigint' ? [value] : [value])
    refuses('INVALID_PARAMETER_VALUE', /300 is no value of type uint8/, make(DataType.UINT8, 300))
    refuses('INVALID_PARAMETER_VALUE', /0\.5 is no value of type int32/, make(DataType.INT32, 0.5))
    refuses('INVALID_PARAMETER_VALUE', /8 is no integer of 4 bits/, make(DataType.INT4, 8))
    refuses('INVALID_PARAMETER_VALUE', /-1 is no unsigned integer of 2 bits/, make(DataType.UINT2, -1))
    refuses('INVALID_PARAMETER_VALUE', /-1 is no value of type uint64/, make(DataType.UINT64, -1n))
    refuses('BAD_REQUEST', /should have 8 bytes, and has 4/, () => makeTensor('t', DataType.FLOAT, [2], [1]))
  })
})

describe('a tensor without raw data', () => {
  it('has its numbers in the field of its type', () => {
    const read = (dataType: number, fields: object, count = 2) => readTensor(tensorOf(dataType, [count], fields))
    assert.deepEqual(read(DataType.FLOAT, { floatData: [1.5, -2] }), Float32Array.of(1.5, -2))
    assert.deepEqual(read(DataType.DOUBLE, { doubleData: [1e300, -2] }), Float64Array.of(1e300, -2))
    assert.deepEqual(read(DataType.INT64, { int64Data: [2n ** 60n, -1n] }), BigInt64Array.of(2n ** 60n, -1n))
    assert.deepEqual(read(DataType.UINT32, { uint64Data: [4_000_000_000n, 1n] }), Uint32Array.of(4_000_000_000, 1))
    assert.deepEqual(read(DataType.INT8, { int32Data: [-128, 5] }), Int8Array.of(-128, 5))
    assert.deepEqual(read(DataType.BOOL, { int32Data: [1, 0] }), Uint8Array.of(1, 0))
    assert.deepEqual(read(DataType.FLOAT16, { int32Data: [0x3c00, 0xc000] }), Float16Array.of(1, -2))
    assert.deepEqual(read(DataType.BFLOAT16, { int32Data: [0x3f80, 0xc000] }), Float32Array.of(1, -2))
    assert.deepEqual(read(DataType.INT4, { int32Data: [0xf1, 0x02] }, 3), Int8Array.of(1, -1, 2))
    assert.deepEqual(read(DataType.COMPLEX64, { floatData: [1, 2, 3, 4] }), Float32Array.of(1, 2, 3, 4))
  })

  it('is refused when the field has more or fewer', () => {
    refuses('BAD_REQUEST', /should have 8 bytes, and has 12/, () =>
      readTensor(tensorOf(DataType.FLOAT, [2], { floatData: [1, 2, 3] })),
    )
  })

  it('may hold texts, which are no numbers', () => {
    const texts = tensorOf(DataType.STRING, [2], { stringData: [Buffer.from('a'), Buffer.from('é')] })
    assert.deepEqual(readTexts(texts), ['a', 'é'])
    refuses('BAD_REQUEST', /“t” holds texts, not numbers/, () => readTensor(texts))
    refuses('BAD_REQUEST', /“t” is no tensor of 3 texts/, () => readTexts(tensorOf(DataType.STRING, [3])))
  })

  it('may have its values in another file', () => {
    const tensor = tensorOf(DataType.FLOAT, [2], { dataLocation: DataLocation.EXTERNAL })
    refuses('INVALID_STATE', /“t” has its values in another file/, () => tensorBytes(tensor))
    assert.deepEqual(readTensor(tensor, new Uint8Array(8)), Float32Array.of(0, 0))
  })
})

describe('dimensions', () => {
  it('make their product, one for none, and none for a zero', () => {
    assert.equal(countElements(tensorOf(DataType.FLOAT, [])), 1)
    assert.equal(countElements(tensorOf(DataType.FLOAT, [3, 4])), 12)
    assert.equal(countElements(tensorOf(DataType.FLOAT, [2 ** 40, 2 ** 40, 0])), 0)
  })

  it('are refused when one is negative, or they are beyond all memory', () => {
    refuses('BAD_REQUEST', /negative dimension: \[2, -1\]/, () => countElements(tensorOf(DataType.FLOAT, [2, -1])))
    refuses('BAD_REQUEST', /impossibly large/, () => countElements(tensorOf(DataType.FLOAT, [2 ** 31, 2 ** 31])))
    refuses('BAD_REQUEST', /type 99, which is no type of ONNX/, () => tensorBytes(tensorOf(99, [1])))
  })
})
