import type { GraphProto, NodeProto } from 'onnx-buf'
import { findUses, isOperator, nameNode, nameOperator } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { sortNodes } from '../../onnx/sort-nodes.ts'
import { readShape } from '../../onnx/value-type.ts'
import type { Channels } from './channels.ts'
import { createDimensions } from './dimensions.ts'
import { convolve, multiply } from './layer-rules.ts'
import { flatten, pad, reduce, reshape, resize, squeeze, transpose } from './shape-rules.ts'
import { combine, concatenate, keep, normalize, pool, softmax } from './value-rules.ts'
import type { Rule, Walk } from './walk.ts'

/** What each operator of ONNX does to channels. What is not here may do anything, and keeps them from being taken. */
const rules = new Map<string, Rule>([
  ...['Conv', 'ConvTranspose'].map((name) => [name, convolve] as const),
  ...['Gemm', 'MatMul'].map((name) => [name, multiply] as const),
  ...['Abs', 'Cast', 'Ceil', 'Celu', 'Clip', 'Dropout', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid'].map(
    (name) => [name, keep] as const,
  ),
  ...['HardSwish', 'Identity', 'LeakyRelu', 'Log', 'Mish', 'Neg', 'Reciprocal', 'Relu', 'Selu', 'Sigmoid', 'Sign'].map(
    (name) => [name, keep] as const,
  ),
  ...['Softplus', 'Softsign', 'Sqrt', 'Tanh', 'ThresholdedRelu'].map((name) => [name, keep] as const),
  ...['AveragePool', 'GlobalAveragePool', 'GlobalLpPool', 'GlobalMaxPool', 'LpPool', 'MaxPool'].map(
    (name) => [name, pool] as const,
  ),
  ...['Add', 'Div', 'Max', 'Mean', 'Min', 'Mul', 'Pow', 'PRelu', 'Sub', 'Sum', 'Where'].map(
    (name) => [name, combine] as const,
  ),
  ...['ReduceL1', 'ReduceL2', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum'].map(
    (name) => [name, reduce] as const,
  ),
  ['BatchNormalization', normalize],
  ['Concat', concatenate],
  ['Flatten', flatten],
  ['LogSoftmax', softmax],
  ['Pad', pad],
  ['Reshape', reshape],
  ['Resize', resize],
  ['Softmax', softmax],
  ['Squeeze', squeeze],
  ['Transpose', transpose],
  ['Upsample', resize],
])

/** Rules that look at all inputs of a node; others know the first alone. */
const ofAll = new Set<Rule>([combine, concatenate])

/**
 * Which channels of a graph hang together, and where they are in its weights: DepGraph's groups, found by going through the
 * graph once. Whatever takes channels and has no rule, or a rule that cannot see all it has to, keeps them where they are.
 *
 * @see Fang et al., DepGraph: Towards Any Structural Pruning, 2023
 */
export function findGroups(scope: Scope, opset: number): Walk {
  const { graph } = scope
  const walk: Walk = {
    scope,
    opset,
    dimensions: createDimensions(),
    channelsOf: new Map(),
    slices: [],
    counts: [],
    gains: [],
    shapeOf: createShapes(graph),
  }
  for (const node of sortNodes(graph)) follow(node, walk)
  for (const { name } of graph.output) blockAll(walk, [name], 'it is an output of the model')
  for (const [name, uses] of findUses(graph)) {
    const inside = uses.find(({ input }) => input === undefined)
    if (inside !== undefined) blockAll(walk, [name], `${nameNode(inside.node)} takes it into a graph of its own`)
  }
  return walk
}

function follow(node: NodeProto, walk: Walk): void {
  const name = nameOperator(node)
  const rule = isOperator(node, name) ? rules.get(name) : undefined
  const others = rule !== undefined && (ofAll.has(rule) || isProductOfTwo(node, walk)) ? [] : node.input.slice(1)
  const made = node.output.filter((output) => output !== '')
  const isSeen = made.length === 1 && !others.some((input) => walk.channelsOf.has(input))
  const outcome = rule !== undefined && isSeen ? rule(node, walk) : 'takes it, and is not known to pruning'
  if (typeof outcome === 'string') blockAll(walk, node.input, `${nameNode(node)} ${outcome}`)
  else if (outcome !== undefined) walk.channelsOf.set(made[0] ?? '', outcome)
}

function isProductOfTwo(node: NodeProto, { scope }: Walk): boolean {
  return isOperator(node, 'MatMul') && scope.findWeight(node.input[1] ?? '') === undefined
}

function blockAll({ channelsOf, dimensions }: Walk, names: readonly string[], why: string): void {
  for (const name of names) {
    const channels: Channels | undefined = channelsOf.get(name)
    for (const dimension of channels?.dimensions ?? []) dimensions.block(dimension, why)
  }
}

/** Shapes that a graph notes itself. */
function createShapes(graph: GraphProto): Walk['shapeOf'] {
  const noted = new Map([...graph.input, ...graph.valueInfo].map(({ name, type }) => [name, type?.value]))
  return (name) => {
    const type = noted.get(name)
    const shape = type?.case === 'tensorType' ? readShape(type.value.shape) : undefined
    return shape?.map((size) => (typeof size === 'number' ? size : undefined))
  }
}
