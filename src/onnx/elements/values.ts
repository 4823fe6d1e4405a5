import { TensorProto_DataType as DataType } from 'onnx-buf'
import { RunwrightError } from '../../protocol/errors.ts'
import { findElementType } from '../element-types.ts'
import { packBits, unpackBits } from './packed-integers.ts'
import { toSmallFloat, smallFloatTable } from './small-floats.ts'

/** The elements of a tensor in the order of memory, the last dimension running fastest. */
export type TensorValues =
  | Float16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>

/** Whatever a caller has numbers in. */
export type Numbers = TensorValues | readonly number[] | readonly bigint[]

/** Raw data as numbers, in memory of its own: raw data lies anywhere in its file, and is not the caller's to change. */
export function decodeValues(dataType: number, bytes: Uint8Array, count: number): TensorValues {
  const { name, bits } = findElementType(dataType, 'A tensor')
  const table = smallFloatTable(dataType)
  if (table !== undefined) {
    const codes = bits === 8 ? bytes : unpackBits(bytes, count, bits, false)
    return Float32Array.from(codes, (code) => table[code] ?? Number.NaN)
  }
  if (bits < 8) return unpackBits(bytes, count, bits, name.startsWith('int'))
  const { buffer } = new Uint8Array(bytes)
  return dataType === DataType.BFLOAT16 ? fromBfloat16(new Uint16Array(buffer)) : viewAs(dataType, buffer)
}

/**
 * Numbers as raw data. Floats are rounded to the nearest, halves to even.
 *
 * @throws INVALID_PARAMETER_VALUE for an integer that the type cannot hold
 */
export function encodeValues(dataType: number, values: Numbers): Uint8Array<ArrayBuffer> {
  const { name, bits } = findElementType(dataType, 'A tensor')
  const table = smallFloatTable(dataType)
  if (table !== undefined) {
    const codes = Uint8Array.from(toNumbers(values), (value) => toSmallFloat(dataType, table, value))
    return bits === 8 ? codes : packBits(codes, bits, false)
  }
  if (bits < 8) return packBits(toNumbers(values), bits, name.startsWith('int'))
  if (dataType === DataType.BFLOAT16) return bytesOf(toBfloat16(asFloat32(values)))
  return bytesOf(
    convert(values, viewAs(dataType, new ArrayBuffer((values.length * scalarBits(dataType, bits)) / 8)), name),
  )
}

/** A complex number is two of them. */
function scalarBits(dataType: number, bits: number): number {
  return dataType === DataType.COMPLEX64 || dataType === DataType.COMPLEX128 ? bits / 2 : bits
}

function viewAs(dataType: number, buffer: ArrayBuffer): TensorValues {
  switch (dataType) {
    case DataType.FLOAT:
    case DataType.COMPLEX64:
      return new Float32Array(buffer)
    case DataType.DOUBLE:
    case DataType.COMPLEX128:
      return new Float64Array(buffer)
    case DataType.FLOAT16:
      return new Float16Array(buffer)
    case DataType.INT8:
      return new Int8Array(buffer)
    case DataType.UINT8:
    case DataType.BOOL:
      return new Uint8Array(buffer)
    case DataType.INT16:
      return new Int16Array(buffer)
    case DataType.UINT16:
      return new Uint16Array(buffer)
    case DataType.INT32:
      return new Int32Array(buffer)
    case DataType.UINT32:
      return new Uint32Array(buffer)
    case DataType.INT64:
      return new BigInt64Array(buffer)
    case DataType.UINT64:
      return new BigUint64Array(buffer)
    default:
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `A tensor of type ${dataType} has no numbers.`)
  }
}

function convert(values: Numbers, target: TensorValues, name: string): TensorValues {
  const refuse = (value: number | bigint) =>
    new RunwrightError('INVALID_PARAMETER_VALUE', `${value} is no value of type ${name}.`)
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    values.forEach((value: number | bigint, index: number) => {
      if (typeof value === 'number' && !Number.isSafeInteger(value)) throw refuse(value)
      target[index] = BigInt(value)
      if (target[index] !== BigInt(value)) throw refuse(value)
    })
    return target
  }
  const numbers = toNumbers(values)
  target.set(numbers)
  const mayWrap = !name.startsWith('float') && !name.startsWith('complex') && numbers.constructor !== target.constructor
  if (mayWrap) {
    for (let index = 0; index < target.length; index += 1) {
      if (target[index] !== numbers[index]) throw refuse(numbers[index] ?? Number.NaN)
    }
  }
  return target
}

function toNumbers(values: Numbers): Exclude<TensorValues, BigInt64Array | BigUint64Array> | readonly number[] {
  const isBig = values instanceof BigInt64Array || values instanceof BigUint64Array
  return ArrayBuffer.isView(values) && !isBig ? values : Array.from<number | bigint, number>(values, Number)
}

function asFloat32(values: Numbers): Float32Array<ArrayBuffer> {
  return values instanceof Float32Array ? values : Float32Array.from(toNumbers(values))
}

export function bytesOf({ buffer, byteOffset, byteLength }: TensorValues): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(halves, (half) => half * 0x10000).buffer)
}

function toBfloat16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.slice().buffer)
  return Uint16Array.from(bits, (word) => {
    const isNan = (word & 0x7fffffff) > 0x7f800000
    // NaN keeps its upper half, with a bit set so that it is not rounded to an infinity.
    if (isNan) return (word & 0xffff) === 0 ? word >>> 16 : (word >>> 16) | 0x40
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  })
}
