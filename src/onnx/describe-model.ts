import type { GraphProto, ModelProto, TensorProto, ValueInfoProto } from 'onnx-buf'
import type { ModelDescription, ValueDescription, WeightSizes } from '../protocol/model-description.ts'
import { nameElementType } from './element-types.ts'
import { eachGraph, findDeepUses, isOperator, nameOperator } from './graph.ts'
import { modelTensors, nodeTensors, partsOfSparse } from './model-tensors.ts'
import { countElements, isExternal, storedBytes } from './tensor.ts'
import { describeType } from './value-type.ts'

/**
 * Describes a model. Whatever it holds has a place here, so that one that is damaged can be looked at too.
 *
 * @throws BAD_REQUEST when a weight has dimensions that none can have
 */
export function describeModel(model: ModelProto): ModelDescription {
  const graph = model.graph
  const graphs = graph === undefined ? [] : eachGraph(graph)
  const nodes = [...graphs.flatMap(({ node }) => node), ...model.functions.flatMap(({ node }) => node)]
  const counts = Map.groupBy(nodes, nameOperator)
  const operators = [...counts].map(([name, { length }]) => ({ name, count: length }))
  const tensors = modelTensors(model)
  const takers = findTakers(graphs)
  return {
    irVersion: Number(model.irVersion),
    producer: model.producerName,
    producerVersion: model.producerVersion,
    name: graph?.name ?? '',
    inputs: graph === undefined ? [] : modelInputs(graph).map(describeValue),
    outputs: graph?.output.map(describeValue) ?? [],
    opsets: model.opsetImport.map(({ domain, version }) => ({ domain: domain || 'ai.onnx', version: Number(version) })),
    nodes: nodes.length,
    operators: operators.toSorted((a, b) => b.count - a.count || compareTexts(a.name, b.name)),
    weights: sumSizes(tensors),
    weightsByType: bySize(tensors, ({ dataType }) => nameElementType(dataType)).map(([type, sizes]) => ({
      type,
      ...sizes,
    })),
    weightsByOperator: bySize(tensors, (tensor) => takers.get(tensor) ?? 'unused').map(([operator, sizes]) => ({
      operator,
      ...sizes,
    })),
    metadata: model.metadataProps.map(({ key, value }) => ({ key, value })),
  }
}

/** What has to be given to run a model. Before IR version 4 its weights are listed as inputs too. */
export function modelInputs({ input, initializer }: GraphProto): readonly ValueInfoProto[] {
  const weights = new Set(initializer.map(({ name }) => name))
  return input.filter(({ name }) => !weights.has(name))
}

function describeValue({ name, type }: ValueInfoProto): ValueDescription {
  return { name, ...describeType(type) }
}

/**
 * The operator that each tensor is for: the first that takes it, be it in a graph inside of a node. A Constant's is for
 * what takes the constant.
 */
function findTakers(graphs: readonly GraphProto[]): ReadonlyMap<TensorProto, string> {
  const takers = new Map<TensorProto, string>()
  for (const graph of graphs) {
    const uses = findDeepUses(graph)
    const operatorOf = (name: string) => {
      const [use] = uses.get(name) ?? []
      return use && nameOperator(use.node)
    }
    for (const tensor of graph.initializer) takers.set(tensor, operatorOf(tensor.name) ?? 'unused')
    for (const sparse of graph.sparseInitializer) {
      const operator = operatorOf(sparse.values?.name ?? '') ?? 'unused'
      for (const tensor of partsOfSparse(sparse)) takers.set(tensor, operator)
    }
    for (const node of graph.node) {
      const taker = isOperator(node, 'Constant') ? operatorOf(node.output[0] ?? '') : undefined
      for (const tensor of nodeTensors(node)) takers.set(tensor, taker ?? nameOperator(node))
    }
  }
  return takers
}

function bySize(
  tensors: readonly TensorProto[],
  keyOf: (tensor: TensorProto) => string,
): readonly (readonly [string, WeightSizes])[] {
  const groups = [...Map.groupBy(tensors, keyOf)].map(([key, group]) => [key, sumSizes(group)] as const)
  return groups.toSorted(([a, { bytes }], [b, { bytes: other }]) => other - bytes || compareTexts(a, b))
}

function sumSizes(tensors: readonly TensorProto[]): WeightSizes {
  let [parameters, bytes, externalBytes] = [0, 0, 0]
  for (const tensor of tensors) {
    const size = storedBytes(tensor)
    parameters += countElements(tensor)
    bytes += size
    if (isExternal(tensor)) externalBytes += size
  }
  return { tensors: tensors.length, parameters, bytes, externalBytes }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
