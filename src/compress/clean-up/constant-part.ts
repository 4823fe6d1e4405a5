import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { findUses, nameOperator, subgraphs } from '../../onnx/graph.ts'
import { nodeTensors } from '../../onnx/model-tensors.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { sortNodes } from '../../onnx/sort-nodes.ts'
import { countBytes } from '../../onnx/tensor.ts'

/** Larger weights are left to the runtime, which folds when it loads. */
const maxWeightBytes = 64 * 2 ** 20
/** Types that every runtime has values of. */
const computable = new Set<number>([
  DataType.FLOAT,
  DataType.DOUBLE,
  DataType.FLOAT16,
  DataType.BOOL,
  DataType.INT8,
  DataType.INT16,
  DataType.INT32,
  DataType.INT64,
  DataType.UINT8,
  DataType.UINT16,
  DataType.UINT32,
  DataType.UINT64,
])
/** More weights than a value is made from in any net that there is. */
const maxSources = 1000

/** Of another value each time, or kept as they are for what they mean: the weights of a quantized net. */
const unfoldable =
  /^(Random.*|Multinomial|Bernoulli|Dropout|Constant|DequantizeLinear|QuantizeLinear|.*Sequence.*|Optional.*|.*\..*)$/

/** Nodes that depend on weights alone. */
export interface ConstantPart {
  readonly nodes: readonly NodeProto[]
  /** How many inputs of these nodes each weight is. */
  readonly weights: ReadonlyMap<TensorProto, number>
  /** Values that other nodes take, with the weights that each is made from. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<TensorProto>>
}

export function findConstantPart(scope: Scope): ConstantPart {
  const nodes: NodeProto[] = []
  const weights = new Map<TensorProto, number>()
  const sourcesOf = new Map<string, ReadonlySet<TensorProto>>()
  for (const node of sortNodes(scope.graph)) {
    const sources = canFold(node) ? findSources(node, scope, sourcesOf) : undefined
    if (sources === undefined) continue
    nodes.push(node)
    countInputs(weights, node, scope)
    for (const name of node.output) if (name !== '') sourcesOf.set(name, sources)
  }
  const folded = new Set(nodes)
  const outputs = new Set(scope.graph.output.map(({ name }) => name))
  const wanted = new Map<string, ReadonlySet<TensorProto>>()
  for (const [name, uses] of findUses(scope.graph)) {
    const sources = sourcesOf.get(name)
    const isWanted = sources !== undefined && !outputs.has(name) && uses.some(({ node }) => !folded.has(node))
    if (isWanted) wanted.set(name, sources)
  }
  return { nodes, weights, wanted }
}

function canFold(node: NodeProto): boolean {
  if (unfoldable.test(nameOperator(node)) || subgraphs(node).length > 0) return false
  const types = [...nodeTensors(node).map(({ dataType }) => dataType), intOf(node, 'to', DataType.FLOAT)]
  return types.every((type) => computable.has(type)) && node.input.some((name) => name !== '')
}

/** The weights that a node is made from, when it is made from nothing else. */
function findSources(
  node: NodeProto,
  scope: Scope,
  sourcesOf: ReadonlyMap<string, ReadonlySet<TensorProto>>,
): ReadonlySet<TensorProto> | undefined {
  const all = new Set<TensorProto>()
  for (const name of node.input) {
    if (name === '') continue
    const weight = scope.findWeight(name)
    const sources = sourcesOf.get(name) ?? (weight && canTake(weight) ? [weight] : undefined)
    if (sources === undefined) return undefined
    for (const each of sources) all.add(each)
  }
  return all.size > maxSources ? undefined : all
}

function canTake(weight: TensorProto): boolean {
  return computable.has(weight.dataType) && countBytes(weight) <= maxWeightBytes
}

/** Adds how many inputs of a node each weight is. */
export function countInputs(counts: Map<TensorProto, number>, node: NodeProto, scope: Scope): void {
  for (const name of node.input) {
    const weight = scope.findWeight(name)
    if (weight !== undefined) counts.set(weight, (counts.get(weight) ?? 0) + 1)
  }
}
