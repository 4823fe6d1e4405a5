import { TensorProto_DataType as DataType } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'

/** What the elements of a tensor are. */
export interface ElementType {
  /** As NumPy and ml_dtypes call it. */
  readonly name: string
  /** Of one element as it is stored, packed: 4 for int4. Of texts: 0. */
  readonly bits: number
  /** The field of a TensorProto that has the values when `raw_data` has not. */
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data' | 'stringData'
}

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, TensorProto */
const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [DataType.FLOAT, { name: 'float32', bits: 32, field: 'floatData' }],
  [DataType.UINT8, { name: 'uint8', bits: 8, field: 'int32Data' }],
  [DataType.INT8, { name: 'int8', bits: 8, field: 'int32Data' }],
  [DataType.UINT16, { name: 'uint16', bits: 16, field: 'int32Data' }],
  [DataType.INT16, { name: 'int16', bits: 16, field: 'int32Data' }],
  [DataType.INT32, { name: 'int32', bits: 32, field: 'int32Data' }],
  [DataType.INT64, { name: 'int64', bits: 64, field: 'int64Data' }],
  [DataType.STRING, { name: 'string', bits: 0, field: 'stringData' }],
  [DataType.BOOL, { name: 'bool', bits: 8, field: 'int32Data' }],
  [DataType.FLOAT16, { name: 'float16', bits: 16, field: 'int32Data' }],
  [DataType.DOUBLE, { name: 'float64', bits: 64, field: 'doubleData' }],
  [DataType.UINT32, { name: 'uint32', bits: 32, field: 'uint64Data' }],
  [DataType.UINT64, { name: 'uint64', bits: 64, field: 'uint64Data' }],
  [DataType.COMPLEX64, { name: 'complex64', bits: 64, field: 'floatData' }],
  [DataType.COMPLEX128, { name: 'complex128', bits: 128, field: 'doubleData' }],
  [DataType.BFLOAT16, { name: 'bfloat16', bits: 16, field: 'int32Data' }],
  [DataType.FLOAT8E4M3FN, { name: 'float8_e4m3fn', bits: 8, field: 'int32Data' }],
  [DataType.FLOAT8E4M3FNUZ, { name: 'float8_e4m3fnuz', bits: 8, field: 'int32Data' }],
  [DataType.FLOAT8E5M2, { name: 'float8_e5m2', bits: 8, field: 'int32Data' }],
  [DataType.FLOAT8E5M2FNUZ, { name: 'float8_e5m2fnuz', bits: 8, field: 'int32Data' }],
  [DataType.UINT4, { name: 'uint4', bits: 4, field: 'int32Data' }],
  [DataType.INT4, { name: 'int4', bits: 4, field: 'int32Data' }],
  [DataType.FLOAT4E2M1, { name: 'float4_e2m1fn', bits: 4, field: 'int32Data' }],
  [DataType.FLOAT8E8M0, { name: 'float8_e8m0fnu', bits: 8, field: 'int32Data' }],
  [DataType.UINT2, { name: 'uint2', bits: 2, field: 'int32Data' }],
  [DataType.INT2, { name: 'int2', bits: 2, field: 'int32Data' }],
] as const)

/**
 * @param what names the tensor in errors
 * @throws BAD_REQUEST for a type that ONNX does not have, or that is newer than this
 */
export function findElementType(dataType: number, what: string): ElementType {
  const type = elementTypes.get(dataType)
  if (type !== undefined) return type
  throw new RunwrightError('BAD_REQUEST', `${what} has elements of type ${dataType}, which is no type of ONNX 1.20.`)
}

/** For people: the name of a type, whatever it is. */
export function nameElementType(dataType: number): string {
  return elementTypes.get(dataType)?.name ?? `type ${dataType}`
}
