import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { copyMessage } from '../../onnx/edit-graph.ts'
import { nameElementType } from '../../onnx/element-types.ts'
import { eachGraph, isOperator, nameNode } from '../../onnx/graph.ts'
import { makeTensor, storedBytes } from '../../onnx/tensor.ts'
import type { PassChange } from '../../protocol/compression.ts'

/** From this version of the format on, weights need not be listed as inputs, which would let callers change them. */
const plainWeightsFrom = 4n

/** Takes weights out of the list of inputs of a model, so that they are known not to change. */
export function freezeWeights(model: ModelProto): readonly PassChange[] {
  const { graph } = model
  if (graph === undefined) return []
  if (model.irVersion < plainWeightsFrom) model.irVersion = plainWeightsFrom
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const listed = graph.input.filter(({ name }) => weights.has(name))
  graph.input = graph.input.filter(({ name }) => !weights.has(name))
  return listed.map(({ name }) => ({
    name,
    what: 'no input any more: a weight',
    from: 'input',
    to: 'weight',
    bytesBefore: 0,
    bytesAfter: 0,
  }))
}

/**
 * Makes weights of the values of Constant nodes, each in the graph of its node: quantizers and runtimes look for weights
 * there alone. The value of a graph's output stays a node.
 */
export function liftConstants(model: ModelProto): readonly PassChange[] {
  const changes: PassChange[] = []
  for (const graph of model.graph === undefined ? [] : eachGraph(model.graph)) {
    const outputs = new Set(graph.output.map(({ name }) => name))
    graph.node = graph.node.filter((node) => {
      const [name = ''] = node.output
      const value = isOperator(node, 'Constant') && !outputs.has(name) ? constantValue(node) : undefined
      if (value === undefined) return true
      const tensor = copyMessage(value)
      tensor.name = name
      graph.initializer.push(tensor)
      const bytes = storedBytes(tensor)
      changes.push({
        name: nameNode(node),
        what: 'made a weight',
        from: 'Constant',
        to: nameElementType(tensor.dataType),
        bytesBefore: bytes,
        bytesAfter: bytes,
      })
      return false
    })
  }
  return changes
}

/** What a Constant makes; undefined for a sparse value. */
function constantValue({ attribute }: NodeProto): TensorProto | undefined {
  const [value] = attribute
  return attribute.length === 1 && value !== undefined ? attributeTensor(value) : undefined
}

function attributeTensor({ name, t, f, floats, i, ints, s, strings }: AttributeProto): TensorProto | undefined {
  switch (name) {
    case 'value':
      return t
    case 'value_float':
      return makeTensor('', DataType.FLOAT, [], [f])
    case 'value_floats':
      return makeTensor('', DataType.FLOAT, [floats.length], floats)
    case 'value_int':
      return makeTensor('', DataType.INT64, [], [i])
    case 'value_ints':
      return makeTensor('', DataType.INT64, [ints.length], ints)
    case 'value_string':
      return create(TensorProtoSchema, { dataType: DataType.STRING, stringData: [s] })
    case 'value_strings':
      return create(TensorProtoSchema, {
        dataType: DataType.STRING,
        dims: [BigInt(strings.length)],
        stringData: strings,
      })
    default:
      return undefined
  }
}
