import type { NodeProto, TensorProto } from 'onnx-buf'
import type { Scope } from '../../onnx/scopes.ts'
import { findElementType } from '../../onnx/element-types.ts'
import { nameTensor } from '../../onnx/tensor.ts'
import type { Channels } from './channels.ts'
import type { Dimension, Dimensions } from './dimensions.ts'

/** A weight that loses the places of channels that go. */
export interface Slice {
  readonly node: NodeProto
  readonly input: number
  /** Of the weight. */
  readonly axis: number
  readonly channels: Channels
}

/** A number that grows with the channels: of a Reshape's shape, or an attribute of a node. */
export interface Count {
  readonly node: NodeProto
  readonly place: { readonly input: number; readonly index: number } | { readonly attribute: string }
  readonly channels: Channels
}

/** A normalization that multiplies the channels that a layer makes. */
export interface Gain {
  readonly node: NodeProto
  readonly dimension: Dimension
}

/** What is known of a graph on the way through it. */
export interface Walk {
  readonly scope: Scope
  readonly opset: number
  readonly dimensions: Dimensions
  readonly channelsOf: Map<string, Channels>
  readonly slices: Slice[]
  readonly counts: Count[]
  readonly gains: Gain[]
  /** Sizes of the axes of a value that is no weight, undefined for those that are not known; undefined without any. */
  shapeOf(name: string): readonly (number | undefined)[] | undefined
}

/** What a node gives: where its channels lie, nothing that is known to have any, or why what it takes has to stay. */
export type Outcome = Channels | undefined | string

export type Rule = (node: NodeProto, walk: Walk) => Outcome

/** The weight that an input of a node is; undefined for one whose elements are packed, or texts. */
export function weightAt({ input }: NodeProto, index: number, { scope }: Walk): TensorProto | undefined {
  const weight = scope.findWeight(input[index] ?? '')
  if (weight === undefined) return undefined
  const { bits } = findElementType(weight.dataType, nameTensor(weight))
  return bits > 0 && bits % 8 === 0 ? weight : undefined
}

/** The channels of the first input. */
export function firstChannels({ input }: NodeProto, { channelsOf }: Walk): Channels | undefined {
  return channelsOf.get(input[0] ?? '')
}
