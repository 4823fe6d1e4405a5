import type { LineageEdge, LineageGraph, LineageNode } from '../../protocol/lineage.ts'

/**
 * One lineage of several answers, the first of which has the start. How much is not shown next to a node is counted
 * anew: what one answer leaves out may be in another.
 *
 * @param limit nodes at most; what comes later is left out, and counted as not shown
 */
export function joinLineages(answers: readonly LineageGraph[], limit: number): LineageGraph {
  const nodes = new Map<string, LineageNode>()
  for (const node of answers.flatMap((answer) => answer.nodes)) {
    if (!nodes.has(node.key) && nodes.size < limit) nodes.set(node.key, node)
  }
  const edges = new Map<string, LineageEdge>()
  for (const edge of answers.flatMap((answer) => answer.edges)) {
    if (nodes.has(edge.from) && nodes.has(edge.to)) edges.set(`${edge.from} ${edge.relation} ${edge.to}`, edge)
  }
  const most = { up: new Map<string, number>(), down: new Map<string, number>() }
  for (const answer of answers) {
    const known = countEdges(answer.edges)
    for (const { key, moreUp, moreDown } of answer.nodes) {
      raise(most.up, key, (known.up.get(key) ?? 0) + moreUp)
      raise(most.down, key, (known.down.get(key) ?? 0) + moreDown)
    }
  }
  const shown = countEdges([...edges.values()])
  const more = (way: 'up' | 'down', key: string) => Math.max(0, (most[way].get(key) ?? 0) - (shown[way].get(key) ?? 0))
  return {
    nodes: [...nodes.values()].map((node) => ({
      ...node,
      moreUp: more('up', node.key),
      moreDown: more('down', node.key),
    })),
    edges: [...edges.values()],
  }
}

/** Edges by the node that they lead up from, and down from. */
function countEdges(edges: readonly LineageEdge[]) {
  const up = new Map<string, number>()
  const down = new Map<string, number>()
  for (const { from, to } of edges) {
    up.set(to, (up.get(to) ?? 0) + 1)
    down.set(from, (down.get(from) ?? 0) + 1)
  }
  return { up, down }
}

function raise(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, Math.max(counts.get(key) ?? 0, count))
}
