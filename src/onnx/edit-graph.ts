import type { Message } from '@bufbuild/protobuf'
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { eachGraph, findProducers, outerNames, ownNames, subgraphs } from './graph.ts'

/**
 * A model whose graphs, nodes and lists may be changed while `model` stays as it is. Tensors, types and attributes
 * without graphs are those of `model`: replace them, never write into them.
 */
export function copyModel(model: ModelProto): ModelProto {
  const copy = copyMessage(model)
  if (model.graph !== undefined) copy.graph = copyGraph(model.graph)
  return copy
}

function copyGraph(graph: GraphProto): GraphProto {
  const copy = copyMessage(graph)
  copy.node = graph.node.map(copyNode)
  return copy
}

function copyNode(node: NodeProto): NodeProto {
  const copy = copyMessage(node)
  copy.attribute = node.attribute.map(copyAttribute)
  return copy
}

function copyAttribute(attribute: AttributeProto): AttributeProto {
  if (attribute.g === undefined && attribute.graphs.length === 0) return attribute
  const copy = copyMessage(attribute)
  if (attribute.g !== undefined) copy.g = copyGraph(attribute.g)
  copy.graphs = attribute.graphs.map(copyGraph)
  return copy
}

/** A message with lists of its own, which hold what those of `message` hold. */
export function copyMessage<T extends Message>(message: T): T {
  const copy: T = Object.assign(Object.create(Object.getPrototypeOf(message)), message)
  for (const [key, value] of Object.entries(message)) {
    if (Array.isArray(value)) Object.assign(copy, { [key]: [...value] })
  }
  return copy
}

/** Makes names for values and nodes that nothing in the model has yet. */
export function createNames(model: ModelProto): (wanted: string) => string {
  const taken = new Set<string>()
  const tries = new Map<string, number>()
  for (const graph of model.graph === undefined ? [] : eachGraph(model.graph)) {
    for (const name of ownNames(graph)) taken.add(name)
    for (const { name } of graph.output) taken.add(name)
    for (const { name, input } of graph.node) for (const each of [name, ...input]) taken.add(each)
  }
  return (wanted) => {
    let name = wanted
    while (taken.has(name)) {
      const next = (tries.get(wanted) ?? 0) + 1
      tries.set(wanted, next)
      name = `${wanted}_${next}`
    }
    taken.add(name)
    return name
  }
}

/**
 * Makes whatever takes a value, in a graph and inside of its nodes, take another one instead. Outputs of the graph itself
 * keep their names, by which programs ask for them.
 *
 * @param others the name of what to take, by the name of what is taken
 * @throws BAD_REQUEST when a graph inside has a value of its own that is called as one of the new, which ONNX forbids
 */
export function replaceUses(graph: GraphProto, others: ReadonlyMap<string, string>): void {
  if (others.size === 0) return
  for (const node of graph.node) {
    if (node.input.some((name) => others.has(name))) node.input = node.input.map((name) => others.get(name) ?? name)
    for (const inner of subgraphs(node)) replaceInside(inner, others)
  }
}

function replaceInside(graph: GraphProto, others: ReadonlyMap<string, string>): void {
  const own = ownNames(graph)
  const outer = new Map([...others].filter(([from]) => !own.has(from)))
  const taken = new Set(graph.node.flatMap((node) => [...node.input, ...outerNames(node)]))
  for (const [from, to] of outer) {
    if (!taken.has(from) || !own.has(to)) continue
    throw new RunwrightError('BAD_REQUEST', `The value “${to}” has the name of another one around its graph.`)
  }
  replaceUses(graph, outer)
  graph.output = graph.output.map((output) => {
    const to = outer.get(output.name)
    if (to === undefined) return output
    const renamed = copyMessage(output)
    renamed.name = to
    return renamed
  })
}

/**
 * Removes the nodes whose values nothing needs, inside of nodes too, then weights that nothing takes. Weights that are
 * listed as inputs as well, as models before IR version 4 have them, leave that list with them.
 *
 * @returns how many nodes and weights went
 */
export function removeDead(graph: GraphProto): { readonly nodes: number; readonly weights: number } {
  return prune(graph, new Set())
}

/** @param kept inputs that stay whatever they are: those of a graph in a node go by their place */
function prune(graph: GraphProto, kept: ReadonlySet<string>): { readonly nodes: number; readonly weights: number } {
  const gone = { nodes: 0, weights: 0 }
  for (const node of graph.node) {
    for (const inner of subgraphs(node)) add(gone, prune(inner, new Set(inner.input.map(({ name }) => name))))
  }
  const { live, needed } = findLive(graph)
  const [nodes, weights] = [graph.node.length, graph.initializer.length + graph.sparseInitializer.length]
  const unused = new Set<string>()
  const isNeeded = (name: string) => {
    if (needed.has(name) || kept.has(name)) return true
    unused.add(name)
    return false
  }
  graph.node = graph.node.filter((node) => live.has(node))
  graph.initializer = graph.initializer.filter(({ name }) => isNeeded(name))
  graph.sparseInitializer = graph.sparseInitializer.filter(({ values }) => isNeeded(values?.name ?? ''))
  graph.input = graph.input.filter(({ name }) => !unused.has(name))
  const there = ownNames(graph)
  graph.valueInfo = graph.valueInfo.filter(({ name }) => there.has(name))
  graph.quantizationAnnotation = graph.quantizationAnnotation.filter(({ tensorName }) => there.has(tensorName))
  add(gone, {
    nodes: nodes - graph.node.length,
    weights: weights - graph.initializer.length - graph.sparseInitializer.length,
  })
  return gone
}

function add(sum: { nodes: number; weights: number }, { nodes, weights }: { nodes: number; weights: number }): void {
  sum.nodes += nodes
  sum.weights += weights
}

/** Nodes that outputs of the graph are made from, and all values that those take. */
function findLive(graph: GraphProto): { readonly live: ReadonlySet<NodeProto>; readonly needed: ReadonlySet<string> } {
  const producers = findProducers(graph)
  const live = new Set<NodeProto>()
  const needed = new Set(graph.output.map(({ name }) => name))
  // The set grows while it is gone through.
  for (const name of needed) {
    const node = producers.get(name)
    if (node === undefined || live.has(node)) continue
    live.add(node)
    for (const each of node.input) needed.add(each)
    for (const each of outerNames(node)) needed.add(each)
  }
  return { live, needed }
}
