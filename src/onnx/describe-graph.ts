import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf'
import type {
  GraphDescription,
  ModelGraphs,
  NodeDescription,
  WeightDescription,
} from '../protocol/model-description.ts'
import { describeAttribute } from './describe-attribute.ts'
import { nameElementType } from './element-types.ts'
import { nameNode, nameOperator, outerNames } from './graph.ts'
import { nodeTensors } from './model-tensors.ts'
import { sortNodes } from './sort-nodes.ts'
import { isExternal, storedBytes } from './tensor.ts'

/** More dimensions than these are not shown; no runtime takes so many. */
const maxDimensions = 32

/** Finds a tensor that a node can take by its name: of its graph, else of the graphs around it. */
type FindTensor = (name: string) => TensorProto | undefined

/**
 * Describes every node of a model and what it takes from which other. A graph that goes round in a circle is described
 * too, and told as a problem.
 *
 * @throws BAD_REQUEST when a weight has dimensions that none can have
 */
export function describeGraphs(model: ModelProto): ModelGraphs {
  const problems: string[] = []
  const graphs: GraphDescription[] = []
  const add = (name: string, graph: Pick<GraphProto, 'node' | 'initializer'>, around: FindTensor) => {
    const own = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
    const find: FindTensor = (wanted) => own.get(wanted) ?? around(wanted)
    graphs.push({ name, nodes: describeNodes(graph, find) })
    const problem = findProblem(graph)
    if (problem !== undefined) problems.push(problem)
    for (const node of graph.node) {
      for (const attribute of node.attribute) {
        for (const inner of innerGraphs(attribute)) add(`${nameNode(node)} · ${attribute.name}`, inner, find)
      }
    }
  }
  if (model.graph !== undefined) add('', model.graph, () => undefined)
  for (const each of model.functions) {
    add(nameOperator({ domain: each.domain, opType: each.name }), { node: each.node, initializer: [] }, () => undefined)
  }
  return { graphs, problems }
}

function innerGraphs({ g, graphs }: AttributeProto): readonly GraphProto[] {
  return g === undefined ? graphs : [g, ...graphs]
}

function findProblem(graph: Pick<GraphProto, 'node'>): string | undefined {
  try {
    sortNodes(graph)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function describeNodes({ node: nodes }: Pick<GraphProto, 'node'>, findTensor: FindTensor): readonly NodeDescription[] {
  const makers = new Map<string, number>()
  for (const [index, { output }] of nodes.entries()) {
    for (const name of output) if (name !== '' && !makers.has(name)) makers.set(name, index)
  }
  return nodes.map((node) => describeNode(node, makers, findTensor))
}

function describeNode(node: NodeProto, makers: ReadonlyMap<string, number>, findTensor: FindTensor): NodeDescription {
  const taken = new Set([...node.input, ...outerNames(node)])
  const weights = [...taken].flatMap((name) => findTensor(name) ?? [])
  return {
    name: node.name,
    operator: nameOperator(node),
    inputs: node.input,
    outputs: node.output,
    before: [...new Set([...taken].flatMap((name) => makers.get(name) ?? []))],
    attributes: node.attribute.map((attribute) => ({ name: attribute.name, value: describeAttribute(attribute) })),
    weights: [...weights, ...nodeTensors(node)].map(describeWeight),
  }
}

function describeWeight(tensor: TensorProto): WeightDescription {
  return {
    name: tensor.name,
    type: nameElementType(tensor.dataType),
    shape: tensor.dims.slice(0, maxDimensions).map(Number),
    bytes: storedBytes(tensor),
    isExternal: isExternal(tensor),
  }
}
