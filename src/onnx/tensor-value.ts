import { RunwrightError } from '../protocol/errors.ts'

/**
 * The arrays that hold a tensor's elements, by the name of their type. `float16` are its bits, `bool` is 0 or 1 a byte.
 * These are the types that ONNX Runtime's binding for Node takes; the packed ones of four bits are not among them.
 */
export const elementArrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const

export type NumericDtype = keyof typeof elementArrays
export type Dtype = NumericDtype | 'string'
export type NumericData = InstanceType<(typeof elementArrays)[NumericDtype]>

/** Elements in row-major order. The product of `dims` is the length of `data`; a scalar has no dims. */
export type TensorValue =
  | { readonly dtype: NumericDtype; readonly dims: readonly number[]; readonly data: NumericData }
  | { readonly dtype: 'string'; readonly dims: readonly number[]; readonly data: readonly string[] }

export function isDtype(name: string): name is Dtype {
  return name === 'string' || Object.hasOwn(elementArrays, name)
}

/** How many elements a tensor of these dims has. */
export function countElements(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

/**
 * The elements in bytes that lie anywhere: those of an array that is not aligned are copied.
 *
 * @throws INVALID_PARAMETER_VALUE when they are no whole number of elements
 */
export function toElements(
  dtype: NumericDtype,
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
): NumericData {
  const ElementArray = elementArrays[dtype]
  const width = ElementArray.BYTES_PER_ELEMENT
  if (byteLength % width !== 0) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${byteLength} bytes are no whole number of ${dtype}.`)
  }
  if (byteOffset % width === 0) return new ElementArray(buffer, byteOffset, byteLength / width)
  return new ElementArray(buffer.slice(byteOffset, byteOffset + byteLength), 0, byteLength / width)
}

/** The bytes of an array, not copied. */
export function toBytes({ buffer, byteOffset, byteLength }: NumericData): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/**
 * Gives the memory of a tensor back at once, which would be there until a collection that the few small objects around it
 * do not call for. Its elements are gone, and those of all that are in the same buffer.
 */
export function letGo({ dtype, data }: TensorValue): void {
  if (dtype !== 'string' && !data.buffer.detached) data.buffer.transfer(0)
}
