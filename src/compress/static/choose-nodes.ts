import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { findUses, isOperator, type Use } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { findMatrixNode } from '../matrices/matrix-node.ts'

/** A node that multiplies by a weight and will do so in integers. */
export interface Anchor {
  readonly node: NodeProto
  readonly weight: TensorProto
  /** The dimension of the weight that runs over the channels of the output. */
  readonly axis: number
  readonly bias: TensorProto | undefined
  /** What Gemm multiplies the product and the bias by. */
  readonly factor: number
  readonly biasFactor: number
  /** What it gives, behind an activation that the runtime fuses with it. */
  readonly output: string
}

/** A node that works on integers as well as on floats: it takes what others have in integers, and gives the same. */
export interface Follower {
  readonly node: NodeProto
  readonly inputs: readonly string[]
  readonly output: string
  /** It moves values, or takes the greatest: what it gives has the scale of what it takes. */
  readonly keepsScale: boolean
}

export interface ChosenNodes {
  readonly anchors: readonly Anchor[]
  readonly followers: readonly Follower[]
  /** Values that are in integers, by name. */
  readonly values: ReadonlySet<string>
}

/** Operators with kernels of 8 bits that give what they take, in other places. */
const moving: readonly string[] = ['Flatten', 'MaxPool', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']
const computing: readonly string[] = ['Add', 'AveragePool', 'Concat', 'GlobalAveragePool', 'LeakyRelu', 'Sigmoid']

/** How many of its inputs, from the first, are activations. */
function activationInputs(node: NodeProto): readonly string[] {
  return isOperator(node, 'Add') || isOperator(node, 'Concat') ? node.input : node.input.slice(0, 1)
}

/** The nodes of a graph, sorted, that will compute in integers, and the values between them. */
export function chooseNodes(scope: Scope): ChosenNodes {
  const { node: nodes } = scope.graph
  const uses = findUses(scope.graph)
  const outputs = new Set(scope.graph.output.map(({ name }) => name))
  const fused = (name: string) => (outputs.has(name) ? name : behindActivation(name, uses, scope))
  const anchors = nodes.flatMap((node) => findAnchor(node, scope, fused) ?? [])
  const values = new Set(anchors.flatMap(({ node, output }) => [node.input[0] ?? '', output]))
  const followers: Follower[] = []
  for (const node of nodes) {
    const keepsScale = moving.some((type) => isOperator(node, type))
    if (!keepsScale && !computing.some((type) => isOperator(node, type))) continue
    const inputs = activationInputs(node)
    if (inputs.length === 0 || !inputs.every((name) => values.has(name))) continue
    const output = isOperator(node, 'Add') ? fused(node.output[0] ?? '') : (node.output[0] ?? '')
    // A second output of MaxPool are places, which no kernel of 8 bits gives.
    if (node.output.length > 1) continue
    followers.push({ node, inputs, output, keepsScale })
    values.add(output)
  }
  return trim({ anchors, followers, values }, outputs)
}

/** Followers whose integers nobody takes are left in float, and so is what the last products give. */
function trim({ anchors, followers }: ChosenNodes, outputs: ReadonlySet<string>): ChosenNodes {
  const kept: Follower[] = []
  const taken = new Set(anchors.map(({ node }) => node.input[0] ?? ''))
  for (const follower of followers.toReversed()) {
    if (!taken.has(follower.output)) continue
    kept.unshift(follower)
    for (const name of follower.inputs) taken.add(name)
  }
  const values = new Set(taken)
  // There is no kernel of Conv that takes integers and gives floats.
  for (const { node, output } of anchors) if (isOperator(node, 'Conv')) values.add(output)
  for (const name of outputs)
    if (!taken.has(name) && !anchors.some(({ output }) => output === name)) values.delete(name)
  return { anchors, followers: kept, values }
}

function findAnchor(node: NodeProto, scope: Scope, fused: (name: string) => string): Anchor | undefined {
  const input = node.input[0] ?? ''
  if (scope.findWeight(input) !== undefined) return undefined
  const output = fused(node.output[0] ?? '')
  if (isOperator(node, 'Conv')) {
    const weight = scope.findWeight(node.input[1] ?? '')
    const biasName = node.input[2] ?? ''
    const bias = scope.findWeight(biasName)
    if (weight?.dataType !== DataType.FLOAT || (biasName !== '' && bias?.dataType !== DataType.FLOAT)) return undefined
    return { node, weight, axis: 0, bias, factor: 1, biasFactor: 1, output }
  }
  const product = findMatrixNode(node, scope)
  if (product === undefined) return undefined
  const { weight, isTransposed, factor, columns } = product
  const bias = product.bias === undefined ? undefined : scope.findWeight(product.bias.name)
  if (product.bias !== undefined && !isRow(bias, columns)) return undefined
  return { node, weight, axis: isTransposed ? 0 : 1, bias, factor, biasFactor: product.bias?.factor ?? 1, output }
}

/** Whether a weight has one value for each column, which is the bias that kernels take. */
export function isRow(tensor: TensorProto | undefined, columns: number): boolean {
  if (tensor?.dataType !== DataType.FLOAT || Number(tensor.dims.at(-1)) !== columns) return false
  return tensor.dims.slice(0, -1).every((dim) => dim === 1n)
}

/**
 * The value behind an activation that cuts off below 0, which is what unsigned integers do by themselves: a pair of
 * QuantizeLinear and DequantizeLinear between the two would keep the runtime from fusing them.
 */
function behindActivation(name: string, uses: ReadonlyMap<string, readonly Use[]>, scope: Scope): string {
  const [use, ...others] = uses.get(name) ?? []
  if (use?.input !== 0 || others.length > 0) return name
  const { node } = use
  const isClip =
    isOperator(node, 'Clip') && node.input.slice(1).every((input) => input === '' || scope.findWeight(input))
  return isOperator(node, 'Relu') || isClip ? (node.output[0] ?? name) : name
}
