import { type AttributeProto, type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intsAttribute, makeNode } from '../../onnx/build-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'

/**
 * What a layer gives. Pictures have their channels last, as in Keras, or first, as ONNX's convolutions take them; they
 * are turned around only where a layer needs it, so that a row of convolutions stays as it is.
 */
export interface NetValue {
  readonly name: string
  /** Dimensions, that of the samples among them. */
  readonly rank: number
  readonly channels: 'last' | 'first'
  /** Size of the dimension that is the last in Keras, where it is known. */
  readonly width: number | undefined
}

/** The nodes and weights of a graph that is being made. */
export interface NetGraph {
  readonly nodes: readonly NodeProto[]
  readonly weights: readonly TensorProto[]
  /** Adds a node, and gives the name of what it makes. */
  node(opType: string, inputs: readonly string[], name: string, attributes?: readonly AttributeProto[]): string
  floats(name: string, dims: readonly number[], data: ArrayLike<number>): string
  integers(name: string, data: readonly number[]): string
  /** The same with its channels there. */
  turn(value: NetValue, channels: NetValue['channels']): NetValue
}

/** @param taken names that stand for inputs and outputs */
export function createNetGraph(taken: readonly string[]): NetGraph {
  const nodes: NodeProto[] = []
  const weights: TensorProto[] = []
  const used = new Set(taken)
  const unique = (name: string) => {
    let free = name
    for (let count = 2; used.has(free); count++) free = `${name}_${count}`
    used.add(free)
    return free
  }
  const graph: NetGraph = {
    nodes,
    weights,
    node(opType, inputs, name, attributes = []) {
      const output = unique(name)
      nodes.push(makeNode(opType, inputs, [output], attributes))
      return output
    },
    floats(name, dims, data) {
      const free = unique(name)
      weights.push(makeTensor(free, DataType.FLOAT, dims, Float32Array.from(data)))
      return free
    },
    integers(name, data) {
      const free = unique(name)
      weights.push(makeTensor(free, DataType.INT64, [data.length], BigInt64Array.from(data, BigInt)))
      return free
    },
    turn(value, channels) {
      if (value.channels === channels || value.rank < 3) return { ...value, channels }
      const inner = Array.from({ length: value.rank - 2 }, (_, at) => at)
      const order =
        channels === 'first' ? [0, value.rank - 1, ...inner.map((at) => at + 1)] : [0, ...inner.map((at) => at + 2), 1]
      const name = graph.node('Transpose', [value.name], `${value.name}/${channels}`, [intsAttribute('perm', order)])
      return { ...value, name, channels }
    },
  }
  return graph
}
