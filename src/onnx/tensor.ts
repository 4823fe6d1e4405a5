import { create } from '@bufbuild/protobuf'
import {
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { findElementType } from './element-types.ts'
import { bytesOf, decodeValues, encodeValues, type Numbers, type TensorValues } from './elements/values.ts'

export type { Numbers, TensorValues } from './elements/values.ts'

/** More than any machine has; a product of dimensions beyond it is a claim, not a tensor. */
const maxElements = 2 ** 48

/** How a tensor is called in errors. */
export function nameTensor({ name }: Pick<TensorProto, 'name'>): string {
  return name === '' ? 'A tensor without a name' : `The tensor “${name}”`
}

/**
 * Elements that the dimensions make; 1 for none.
 *
 * @throws BAD_REQUEST when a dimension is negative, or they make more than memory could hold
 */
export function countElements({ name, dims }: Pick<TensorProto, 'name' | 'dims'>): number {
  let count = 1
  for (const dim of dims) {
    if (dim < 0n)
      throw new RunwrightError('BAD_REQUEST', `${nameTensor({ name })} has a negative dimension: [${dims.join(', ')}].`)
    count *= Number(dim)
  }
  // A dimension of 0 makes none, whatever the others claim.
  if (count <= maxElements || dims.includes(0n)) return dims.includes(0n) ? 0 : count
  throw new RunwrightError('BAD_REQUEST', `${nameTensor({ name })} is impossibly large: [${dims.join(', ')}].`)
}

/** Bytes that the elements of a tensor take when they are stored as raw data. */
export function countBytes(tensor: Pick<TensorProto, 'name' | 'dims' | 'dataType'>): number {
  return Math.ceil((countElements(tensor) * findElementType(tensor.dataType, nameTensor(tensor)).bits) / 8)
}

/** Whether the bytes of a tensor lie in a file of their own. */
export function isExternal({ dataLocation }: Pick<TensorProto, 'dataLocation'>): boolean {
  return dataLocation === DataLocation.EXTERNAL
}

/** Bytes that the elements of a tensor take where they lie, be it raw data, a field of numbers, texts or another file. */
export function storedBytes(tensor: TensorProto): number {
  if (isExternal(tensor)) return countBytes(tensor)
  const { rawData, floatData, int32Data, int64Data, doubleData, uint64Data, stringData } = tensor
  return (
    rawData.length +
    4 * (floatData.length + int32Data.length) +
    8 * (int64Data.length + doubleData.length + uint64Data.length) +
    stringData.reduce((sum, text) => sum + text.length, 0)
  )
}

/**
 * The elements as raw data: little-endian, packed. Of a tensor with raw data it is a view, else made anew.
 *
 * @throws BAD_REQUEST when there are more or fewer than the dimensions say, and for texts
 * @throws INVALID_STATE when they lie in another file: `external-data.ts` reads them
 */
export function tensorBytes(tensor: TensorProto): Uint8Array {
  if (isExternal(tensor)) {
    throw new RunwrightError('INVALID_STATE', `${nameTensor(tensor)} has its values in another file.`)
  }
  const bytes = tensor.rawData.length > 0 ? tensor.rawData : typedFieldBytes(tensor)
  checkLength(tensor, bytes.length)
  return bytes
}

/** @throws BAD_REQUEST when the bytes are not as many as the dimensions say */
export function checkLength(tensor: Pick<TensorProto, 'name' | 'dims' | 'dataType'>, length: number): void {
  const expected = countBytes(tensor)
  if (length === expected) return
  throw new RunwrightError(
    'BAD_REQUEST',
    `${nameTensor(tensor)} of dimensions [${tensor.dims.join(', ')}] should have ${expected} bytes, and has ${length}.`,
  )
}

/**
 * The elements as numbers, in an array of their own that may be changed: floats of fewer than 16 bits and bfloat16 as
 * float32, integers of fewer than 8 bits as 8, booleans as 0 and 1, complex numbers as pairs.
 *
 * @param bytes its raw data, when it lies in another file
 * @throws as `tensorBytes`
 */
export function readTensor(tensor: TensorProto, bytes: Uint8Array = tensorBytes(tensor)): TensorValues {
  checkLength(tensor, bytes.length)
  return decodeValues(tensor.dataType, bytes, countElements(tensor))
}

/** The values of a tensor of texts. */
export function readTexts(tensor: TensorProto): readonly string[] {
  if (tensor.dataType === DataType.STRING && tensor.stringData.length === countElements(tensor)) {
    return tensor.stringData.map((bytes) => Buffer.from(bytes).toString('utf8'))
  }
  throw new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} is no tensor of ${countElements(tensor)} texts.`)
}

/**
 * A tensor with raw data. Floats are rounded to the nearest, halves to even; integers of fewer than 8 bits must be in
 * their range.
 *
 * @throws INVALID_PARAMETER_VALUE when the values are not what the type or the dimensions ask for
 */
export function makeTensor(
  name: string,
  dataType: DataType,
  dims: readonly (number | bigint)[],
  values: Numbers,
): TensorProto {
  const tensor = create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt) })
  return withBytes(tensor, encodeValues(dataType, values))
}

/** The same tensor with other bytes: raw data, inside of the model. */
export function withBytes(tensor: TensorProto, bytes: Uint8Array): TensorProto {
  checkLength(tensor, bytes.length)
  const { name, dataType, dims, docString, metadataProps } = tensor
  const made = create(TensorProtoSchema, { name, dataType, dims: [...dims], metadataProps })
  if (docString !== '') made.docString = docString
  if (tensor.$unknown !== undefined) made.$unknown = tensor.$unknown
  // SAFETY: bytes of a file or of a typed array are never shared between threads.
  made.rawData = bytes as Uint8Array<ArrayBuffer>
  return made
}

/** The values of a field of numbers, each of which may hold a smaller one in its low bits. */
function typedFieldBytes(tensor: TensorProto): Uint8Array {
  const { bits, field } = findElementType(tensor.dataType, nameTensor(tensor))
  switch (field) {
    case 'floatData':
      return bytesOf(Float32Array.from(tensor.floatData))
    case 'doubleData':
      return bytesOf(Float64Array.from(tensor.doubleData))
    case 'int64Data':
      return bytesOf(BigInt64Array.from(tensor.int64Data))
    case 'uint64Data':
      return bytesOf(bits === 32 ? Uint32Array.from(tensor.uint64Data, Number) : BigUint64Array.from(tensor.uint64Data))
    case 'int32Data':
      if (bits === 32) return bytesOf(Int32Array.from(tensor.int32Data))
      return bytesOf(bits === 16 ? Uint16Array.from(tensor.int32Data) : Uint8Array.from(tensor.int32Data))
    case 'stringData':
      throw new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} holds texts, not numbers.`)
  }
}
