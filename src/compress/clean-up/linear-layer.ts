import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { floatOf, intOf } from '../../onnx/attributes.ts'
import { isOperator } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'

/** A node that multiplies by a weight, and then adds a bias to each channel of what it gives. */
export interface LinearLayer {
  readonly weight: TensorProto
  /** The dimension of the weight that runs over the channels of the output. */
  readonly axis: number
  readonly channels: number
  /** One value for all channels, or one for each. */
  readonly bias: TensorProto | undefined
  /** What the node multiplies the bias by. */
  readonly biasFactor: number
}

const floats = new Set<number>([DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE])

/** What a Conv, ConvTranspose or Gemm does, when its weights are known; undefined for all others. */
export function findLinearLayer(node: NodeProto, scope: Scope): LinearLayer | undefined {
  const axis = channelAxis(node)
  const weight = scope.findWeight(node.input[1] ?? '')
  if (axis === undefined || weight === undefined || !floats.has(weight.dataType)) return undefined
  const channels = Number(weight.dims[axis] ?? 0)
  const biasName = node.input[2] ?? ''
  const bias = scope.findWeight(biasName)
  if (biasName !== '' && (bias === undefined || !isPerChannel(bias, channels))) return undefined
  return { weight, axis, channels, bias, biasFactor: isOperator(node, 'Gemm') ? floatOf(node, 'beta', 1) : 1 }
}

function channelAxis(node: NodeProto): number | undefined {
  if (isOperator(node, 'Conv')) return 0
  // With groups this dimension has the channels of one of them, which are fewer than those of the output.
  if (isOperator(node, 'ConvTranspose')) return 1
  if (isOperator(node, 'Gemm')) return intOf(node, 'transB', 0) === 1 ? 0 : 1
  return undefined
}

function isPerChannel({ dims, dataType }: TensorProto, channels: number): boolean {
  const last = Number(dims.at(-1) ?? 1)
  return floats.has(dataType) && dims.slice(0, -1).every((dim) => dim === 1n) && (last === 1 || last === channels)
}
