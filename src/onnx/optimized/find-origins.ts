import type { ModelProto, NodeProto } from 'onnx-buf'
import { eachGraph, findProducers, findUses, type Use } from '../graph.ts'
import { precisionOf } from '../operator-precision.ts'

/** How far a node that multiplies weights is looked for, over the nodes that the runtime has fused with it. */
const maxSteps = 6

/**
 * Tells which node of a model a node of the runtime's graph was made of. The runtime keeps a node's name when it fuses it,
 * and adds to it when it changes the layout; of nodes without a name it keeps the names of what they make and take.
 */
export function findOrigins(original: ModelProto): (node: NodeProto) => NodeProto | undefined {
  const graphs = original.graph === undefined ? [] : eachGraph(original.graph)
  const byName = new Map<string, NodeProto>()
  const producers = new Map<string, NodeProto>()
  const uses = new Map<string, readonly Use[]>()
  for (const graph of graphs) {
    for (const node of graph.node) if (isWeighted(node)) byName.set(node.name, node)
    for (const [value, node] of findProducers(graph)) producers.set(value, node)
    for (const [value, found] of findUses(graph)) uses.set(value, found)
  }
  byName.delete('')
  const above = (value: string, steps: number): NodeProto | undefined => {
    const node = producers.get(value)
    if (node === undefined || isWeighted(node) || steps === 0) return node && isWeighted(node) ? node : undefined
    return above(node.input[0] ?? '', steps - 1)
  }
  const below = (value: string, steps: number): NodeProto | undefined => {
    const found = uses.get(value)
    // What several nodes take is nobody's own.
    const node = found?.length === 1 ? found[0]?.node : undefined
    if (node === undefined || isWeighted(node) || steps === 0) return node && isWeighted(node) ? node : undefined
    return below(node.output[0] ?? '', steps - 1)
  }
  return (node) => {
    const names = [node.name, withoutAdded(node.name)]
    for (const name of names) if (byName.has(name)) return byName.get(name)
    const made = [...node.output, ...node.output.map(withoutAdded), ...names].map((value) => above(value, maxSteps))
    // The first input is what other nodes make; weights are behind it.
    const taken = node.input.slice(1).map((value) => (producers.has(value) ? undefined : below(value, maxSteps)))
    return [...made, ...taken].find((found) => found !== undefined)
  }
}

function isWeighted({ opType }: NodeProto): boolean {
  return precisionOf(opType) !== undefined
}

/** What the runtime adds to names that are taken, and to those of another layout. */
function withoutAdded(name: string): string {
  return name.replace(/_token_\d+$/, '').replace(/_(nchwc|nhwc)$/, '')
}
