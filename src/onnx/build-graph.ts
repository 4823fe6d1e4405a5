import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type TensorProto_DataType as DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'

/** @param outputs names of the values that it makes; '' for one that is not wanted */
export function makeNode(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly AttributeProto[] = [],
  { name = outputs[0] ?? '', domain = '' }: { readonly name?: string; readonly domain?: string } = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    input: [...inputs],
    output: [...outputs],
    attribute: [...attributes],
    name,
    ...(domain === '' ? {} : { domain }),
  })
}

export function floatAttribute(name: string, f: number): AttributeProto {
  return create(AttributeProtoSchema, { name, f: Math.fround(f), type: AttributeType.FLOAT })
}

export function intAttribute(name: string, i: number | bigint): AttributeProto {
  return create(AttributeProtoSchema, { name, i: BigInt(i), type: AttributeType.INT })
}

export function intsAttribute(name: string, ints: readonly (number | bigint)[]): AttributeProto {
  return create(AttributeProtoSchema, { name, ints: ints.map(BigInt), type: AttributeType.INTS })
}

export function textAttribute(name: string, text: string): AttributeProto {
  return create(AttributeProtoSchema, { name, s: new TextEncoder().encode(text), type: AttributeType.STRING })
}

export function floatsAttribute(name: string, floats: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, { name, floats: floats.map(Math.fround), type: AttributeType.FLOATS })
}

export function tensorAttribute(name: string, t: TensorProto): AttributeProto {
  return create(AttributeProtoSchema, { name, t, type: AttributeType.TENSOR })
}

export function graphAttribute(name: string, g: GraphProto): AttributeProto {
  return create(AttributeProtoSchema, { name, g, type: AttributeType.GRAPH })
}

/** @param dims a text stands for a dimension of that name, whose size is known when the model runs */
export function makeValue(name: string, elemType: DataType, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'string'
        ? { case: 'dimParam' as const, value: size }
        : { case: 'dimValue' as const, value: BigInt(size) },
  }))
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  })
}

/** What a graph is made of. */
export interface GraphParts {
  readonly name: string
  readonly inputs: readonly ValueInfoProto[]
  readonly outputs: readonly ValueInfoProto[]
  readonly nodes: readonly NodeProto[]
  readonly weights?: readonly TensorProto[]
}

export function makeGraph({ name, inputs, outputs, nodes, weights = [] }: GraphParts): GraphProto {
  return create(GraphProtoSchema, {
    name,
    node: [...nodes],
    input: [...inputs],
    output: [...outputs],
    initializer: [...weights],
  })
}

/**
 * @param opset version of ONNX's own operators
 * @param irVersion of the format; 8 is what ONNX Runtime has read since 1.10
 */
export function makeModel(
  graph: GraphProto,
  { opset = 17, irVersion = 8 }: { opset?: number; irVersion?: number } = {},
): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: 'runwright',
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph,
  })
}
