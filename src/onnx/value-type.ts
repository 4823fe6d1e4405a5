import type { TensorShapeProto, TypeProto } from 'onnx-buf'
import { nameElementType } from './element-types.ts'

/** Sizes of a tensor: a number, the name of one that is known when the model runs, or null. */
export type Shape = readonly (number | string | null)[]

/** A type in words, and the shape of a tensor; `unknown` where a model says nothing. */
export function describeType(type: TypeProto | undefined): {
  readonly type: string
  readonly shape: Shape | undefined
} {
  const value = type?.value
  switch (value?.case) {
    case 'tensorType':
      return { type: nameElementType(value.value.elemType), shape: readShape(value.value.shape) }
    case 'sparseTensorType':
      return { type: `sparse(${nameElementType(value.value.elemType)})`, shape: readShape(value.value.shape) }
    case 'sequenceType':
      return { type: `sequence(${describeType(value.value.elemType).type})`, shape: undefined }
    case 'optionalType':
      return { type: `optional(${describeType(value.value.elemType).type})`, shape: undefined }
    case 'mapType':
      return {
        type: `map(${nameElementType(value.value.keyType)}, ${describeType(value.value.valueType).type})`,
        shape: undefined,
      }
    default:
      return { type: 'unknown', shape: undefined }
  }
}

/** Undefined when not even the number of dimensions is known. */
export function readShape(shape: TensorShapeProto | undefined): Shape | undefined {
  return shape?.dim.map(({ value }) => {
    if (value.case === 'dimParam') return value.value || null
    // Some exporters write -1 for a size that is not known.
    return value.case === 'dimValue' && value.value >= 0n ? Number(value.value) : null
  })
}
