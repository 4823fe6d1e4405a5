import { RunwrightError } from '../protocol/errors.ts'
import { dataTypes } from './data-types.ts'
import { encodeValues } from './elements/values.ts'
import { type Dtype, type TensorValue, toElements } from './tensor-value.ts'

/**
 * The same elements in another type. Floats are rounded to the nearest; nothing else is changed.
 *
 * @param what names the tensor in errors
 * @throws INVALID_PARAMETER_VALUE when the type cannot hold one of them, and between numbers and texts
 */
export function convertTensor(value: TensorValue, dtype: Dtype, what: string): TensorValue {
  if (value.dtype === dtype) return value
  if (value.dtype === 'string' || dtype === 'string') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${what} is ${value.dtype}, and ${dtype} is asked for.`)
  }
  const { dims, data } = value
  // Halves are held by their bits.
  const numbers = value.dtype === 'float16' ? new Float16Array(toBuffer(data)) : data
  return makeNumbers(dtype, dims, Array.from<number | bigint>(numbers), what)
}

/**
 * @param values in row-major order
 * @throws INVALID_PARAMETER_VALUE when the type cannot hold one of them
 */
export function makeNumbers(
  dtype: Exclude<Dtype, 'string'>,
  dims: readonly number[],
  values: readonly (number | bigint)[],
  what: string,
): TensorValue {
  const isBig = dtype === 'int64' || dtype === 'uint64'
  const wrong = values.find((value) => !isAllowed(dtype, value))
  if (wrong !== undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${what}: ${wrong} is no value of type ${dtype}.`)
  }
  const numbers = isBig ? values.map((value) => BigInt(value)) : values.map(Number)
  return { dtype, dims, data: toElements(dtype, encodeValues(dataTypes[dtype], numbers)) }
}

const ranges: Partial<Readonly<Record<Dtype, readonly [number | bigint, number | bigint]>>> = {
  bool: [0, 1],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

/** A number that is no integer, or may have been rounded to one, is none. */
function isAllowed(dtype: Dtype, value: number | bigint): boolean {
  const range = ranges[dtype]
  if (range === undefined) return true
  return (typeof value === 'bigint' || Number.isSafeInteger(value)) && value >= range[0] && value <= range[1]
}

function toBuffer({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): ArrayBuffer {
  const copy = new Uint8Array(byteLength)
  copy.set(new Uint8Array(buffer, byteOffset, byteLength))
  return copy.buffer
}
