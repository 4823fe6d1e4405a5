import type { GraphProto, NodeProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { findProducers, nameNode, outerNames } from './graph.ts'

/**
 * The nodes of a graph in an order in which each comes after those it takes values from. A list that has such an order
 * is given back in it.
 *
 * @throws BAD_REQUEST when nodes take values from one another in a circle, or two make values of one name
 */
export function sortNodes(graph: Pick<GraphProto, 'node'>): readonly NodeProto[] {
  const producers = findProducers(graph)
  const isDone = new Map<NodeProto, boolean>()
  const sorted: NodeProto[] = []
  for (const root of graph.node) {
    // Those that wait for the ones above them. A list, as a chain of nodes may be longer than the stack is deep.
    const path = [root]
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const missing = isDone.get(node) === true ? [] : sourcesOf(node, producers).filter((each) => !isDone.get(each))
      if (missing.length > 0) {
        isDone.set(node, false)
        for (const each of missing) if (isDone.has(each)) throw circle(path, each, isDone)
        for (const each of missing.toReversed()) path.push(each)
        continue
      }
      path.pop()
      if (isDone.get(node) !== true) sorted.push(node)
      isDone.set(node, true)
    }
  }
  return sorted
}

/** Nodes that a node takes values from, each once. */
function sourcesOf(node: NodeProto, producers: ReadonlyMap<string, NodeProto>): readonly NodeProto[] {
  const names = [...node.input, ...outerNames(node)]
  return [...new Set(names.flatMap((name) => producers.get(name) ?? []))]
}

function circle(path: readonly NodeProto[], first: NodeProto, isDone: ReadonlyMap<NodeProto, boolean>): RunwrightError {
  const open = path.filter((node) => isDone.get(node) === false)
  const names = open.slice(open.indexOf(first)).map(nameNode)
  const told = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names
  return new RunwrightError('BAD_REQUEST', `The graph goes round in a circle: ${told.join(' → ')}.`)
}
