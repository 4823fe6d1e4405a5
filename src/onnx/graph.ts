import type { GraphProto, ModelProto, NodeProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'

/** Graphs inside a node: the branches of an If, the body of a Loop or Scan. */
export function subgraphs({ attribute }: Pick<NodeProto, 'attribute'>): readonly GraphProto[] {
  return attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]))
}

/** A graph and every graph inside of it, each before what is in it. */
export function eachGraph(graph: GraphProto): readonly GraphProto[] {
  const all = [graph]
  // The list grows while it is gone through.
  for (const each of all) for (const node of each.node) for (const inner of subgraphs(node)) all.push(inner)
  return all
}

/** How an operator is called: by its type alone where it is of ONNX itself, else with its domain before it. */
export function nameOperator({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>): string {
  return isOnnxDomain(domain) ? opType : `${domain}.${opType}`
}

/** Whether a node is an operator of ONNX itself; others may have the same name and mean something else. */
export function isOperator({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>, type: string): boolean {
  return opType === type && isOnnxDomain(domain)
}

/** How a node is called in errors and reports: by its name, or by what it makes. */
export function nameNode(node: NodeProto): string {
  return `${nameOperator(node)} “${node.name || node.output.find((name) => name !== '') || '?'}”`
}

/**
 * The version of a set of operators that the model asks for; undefined when it asks for none.
 *
 * @param domain ONNX's own when it is not given
 */
export function opsetVersion({ opsetImport }: Pick<ModelProto, 'opsetImport'>, domain = ''): number | undefined {
  const found = opsetImport.find(
    (each) => each.domain === domain || (isOnnxDomain(domain) && isOnnxDomain(each.domain)),
  )
  return found && Number(found.version)
}

/** Whether a domain is ONNX’s own, which has two names. */
export function isOnnxDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx'
}

/** Where a value is used: an input of a node, or of a graph that is in the node. */
export interface Use {
  readonly node: NodeProto
  /** Which input of the node; undefined when a graph in it takes the value. */
  readonly input: number | undefined
}

/**
 * The node of a graph that makes each value, by the name of the value. Values of graphs inside of it are not among them.
 *
 * @throws BAD_REQUEST when two nodes make values of one name
 */
export function findProducers({ node: nodes }: Pick<GraphProto, 'node'>): Map<string, NodeProto> {
  const producers = new Map<string, NodeProto>()
  for (const node of nodes) {
    for (const name of node.output) {
      if (name === '') continue
      const other = producers.get(name)
      if (other !== undefined) {
        throw new RunwrightError(
          'BAD_REQUEST',
          `The value “${name}” is made twice: by ${nameNode(other)} and ${nameNode(node)}.`,
        )
      }
      producers.set(name, node)
    }
  }
  return producers
}

/** Every use of each value by the nodes of a graph and by what is inside of them, by the name of the value. */
export function findUses({ node: nodes }: Pick<GraphProto, 'node'>): Map<string, Use[]> {
  const uses = new Map<string, Use[]>()
  for (const node of nodes) {
    for (const [input, name] of node.input.entries()) if (name !== '') append(uses, name, { node, input })
    for (const name of outerNames(node)) append(uses, name, { node, input: undefined })
  }
  return uses
}

/** The same, but that a value which a graph inside of a node takes is used by the nodes in there, at any depth. */
export function findDeepUses(graph: Pick<GraphProto, 'node'>): Map<string, Use[]> {
  const uses = new Map<string, Use[]>()
  for (const node of graph.node) {
    for (const [input, name] of node.input.entries()) if (name !== '') append(uses, name, { node, input })
    for (const inner of subgraphs(node)) {
      const own = ownNames(inner)
      for (const [name, deeper] of findDeepUses(inner)) {
        if (!own.has(name)) for (const use of deeper) append(uses, name, use)
      }
    }
  }
  return uses
}

function append(uses: Map<string, Use[]>, name: string, use: Use): void {
  const known = uses.get(name)
  if (known === undefined) uses.set(name, [use])
  else known.push(use)
}

/** Names that the graphs inside a node take from around it. */
export function outerNames(node: NodeProto): ReadonlySet<string> {
  const outer = new Set<string>()
  for (const graph of subgraphs(node)) {
    const inner = ownNames(graph)
    const take = (name: string) => {
      if (name !== '' && !inner.has(name)) outer.add(name)
    }
    for (const each of graph.node) {
      each.input.forEach(take)
      outerNames(each).forEach(take)
    }
    for (const { name } of graph.output) take(name)
  }
  return outer
}

/** Names of values that a graph has of itself: inputs, initializers, and what its nodes make. */
export function ownNames(graph: GraphProto): Set<string> {
  const names = new Set(graph.input.map(({ name }) => name))
  for (const { name } of graph.initializer) names.add(name)
  for (const { values } of graph.sparseInitializer) if (values !== undefined) names.add(values.name)
  for (const { output } of graph.node) for (const name of output) if (name !== '') names.add(name)
  return names
}
