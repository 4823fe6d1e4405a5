import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { findProducers, findUses, isOperator, type Use } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { findMatrixNode } from '../matrices/matrix-node.ts'

/** A weight of a node whose channels are divided. */
export interface Divided {
  readonly node: NodeProto
  /** Which input of the node the weight is. */
  readonly input: number
  readonly weight: TensorProto
  /** Numbers of one channel that lie beside one another: 1 where channels are the last dimension. */
  readonly inner: number
}

interface Graph {
  readonly scope: Scope
  readonly producers: ReadonlyMap<string, NodeProto>
  readonly uses: ReadonlyMap<string, readonly Use[]>
  readonly outputs: ReadonlySet<string>
}

/**
 * The weights in front of a value that can take up a division of its channels, so that it costs nothing: those of a layer
 * normalization, of a product or a factor for each channel, with what is added behind them. Undefined where something else
 * takes a value on the way too, or where there is none.
 *
 * @param isTaken whether a use of the value itself is one that its division is for
 */
export function findAbsorber(
  name: string,
  channels: number,
  scope: Scope,
  isTaken: (use: Use) => boolean,
): readonly Divided[] | undefined {
  const { graph } = scope
  const outputs = new Set(graph.output.map((output) => output.name))
  const uses = findUses(graph)
  if (outputs.has(name) || uses.get(name)?.every(isTaken) !== true) return undefined
  return absorb(name, channels, { scope, producers: findProducers(graph), uses, outputs })
}

function absorb(name: string, channels: number, graph: Graph): readonly Divided[] | undefined {
  const node = graph.producers.get(name)
  if (node === undefined || node.output.filter((output) => output !== '').length > 1) return undefined
  // Numbers above 0 stay so when they are divided by one.
  if (isOperator(node, 'Relu') || isOperator(node, 'Identity')) return before(node.input[0], channels, graph)
  if (isOperator(node, 'LayerNormalization')) return divideNormalization(node, channels, graph.scope)
  if (isOperator(node, 'Add') || isOperator(node, 'Mul')) return divideChannelwise(node, channels, graph)
  return divideProduct(node, channels, graph.scope)
}

/** What makes the value that a node takes, when the node alone takes it. */
function before(name = '', channels: number, graph: Graph): readonly Divided[] | undefined {
  return graph.outputs.has(name) || graph.uses.get(name)?.length !== 1 ? undefined : absorb(name, channels, graph)
}

function divideNormalization(node: NodeProto, channels: number, scope: Scope): readonly Divided[] | undefined {
  if (intOf(node, 'axis', -1) !== -1) return undefined
  const [, scale = '', shift = ''] = node.input
  const parts = [scale, ...(shift === '' ? [] : [shift])].map((name, at) => divideRow(node, at + 1, channels, scope))
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** A factor for each channel takes it up; a sum does with what is added to it. */
function divideChannelwise(node: NodeProto, channels: number, graph: Graph): readonly Divided[] | undefined {
  for (const input of [0, 1]) {
    const row = divideRow(node, input, channels, graph.scope)
    if (row === undefined) continue
    if (isOperator(node, 'Mul')) return [row]
    const rest = before(node.input[1 - input], channels, graph)
    return rest === undefined ? undefined : [...rest, row]
  }
  return undefined
}

function divideProduct(node: NodeProto, channels: number, scope: Scope): readonly Divided[] | undefined {
  const found = findMatrixNode(node, scope)
  if (found?.columns !== channels) return undefined
  const weight = { node, input: 1, weight: found.weight, inner: found.isTransposed ? found.rows : 1 }
  if (found.bias === undefined) return [weight]
  const bias = divideRow(node, 2, channels, scope)
  return bias === undefined ? undefined : [weight, bias]
}

/** A weight that has one number for each channel, and is the same for everything else. */
function divideRow(node: NodeProto, input: number, channels: number, { findWeight }: Scope): Divided | undefined {
  const weight = findWeight(node.input[input] ?? '')
  if (weight?.dataType !== DataType.FLOAT || Number(weight.dims.at(-1)) !== channels) return undefined
  return weight.dims.slice(0, -1).every((dim) => dim === 1n) ? { node, input, weight, inner: 1 } : undefined
}
