import { clone } from '@bufbuild/protobuf'
import { type ModelProto, type TypeProto, type ValueInfoProto, ValueInfoProtoSchema } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { copyModel } from './edit-graph.ts'
import { eachGraph } from './graph.ts'

/**
 * A copy of a model in which sizes that were left open have a number, so that the runtime can plan for them. What ONNX
 * Runtime calls free dimension overrides: its binding for Node leaves those out without a word.
 *
 * @param sizes by the name of the dimension, as the model's inputs have them
 * @throws INVALID_PARAMETER_VALUE for a name that no input has, or a size that is none
 */
export function fixDimensions(model: ModelProto, sizes: ReadonlyMap<string, number>): ModelProto {
  const copy = copyModel(model)
  const named = new Set(copy.graph?.input.flatMap(({ type }) => dimsOf(type).map(({ value }) => value.value)))
  for (const [name, size] of sizes) {
    if (!named.has(name)) {
      const names = [...named].filter((each) => typeof each === 'string').join(', ') || 'none'
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `The model has no dimension “${name}”.`, {
        hint: `Those without a size are: ${names}.`,
      })
    }
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `The dimension “${name}” cannot be ${size}.`)
    }
  }
  for (const graph of copy.graph === undefined ? [] : eachGraph(copy.graph)) {
    graph.input = graph.input.map((each) => fixValue(each, sizes))
    graph.output = graph.output.map((each) => fixValue(each, sizes))
    graph.valueInfo = graph.valueInfo.map((each) => fixValue(each, sizes))
  }
  return copy
}

function fixValue(value: ValueInfoProto, sizes: ReadonlyMap<string, number>): ValueInfoProto {
  const copy = clone(ValueInfoProtoSchema, value)
  for (const dim of dimsOf(copy.type)) {
    const size = dim.value.case === 'dimParam' ? sizes.get(dim.value.value) : undefined
    if (size !== undefined) dim.value = { case: 'dimValue', value: BigInt(size) }
  }
  return copy
}

function dimsOf(type: TypeProto | undefined) {
  const value = type?.value
  return value?.case === 'tensorType' ? (value.value.shape?.dim ?? []) : []
}
