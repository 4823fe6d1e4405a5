import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { layOutGraph, nodeWidth } from './graph-layout.ts'
import { rankNodes } from './rank-nodes.ts'

/** `a-b` for an edge from a to b, of letters. */
const before = (count: number, ...edges: readonly string[]) =>
  Array.from({ length: count }, (_, node) =>
    edges.flatMap((edge) => (edge.charCodeAt(2) - 97 === node ? [edge.charCodeAt(0) - 97] : [])),
  )

describe('the layers of a graph of nodes', () => {
  it('have each node behind all that it takes, and what takes nothing right before what takes it', () => {
    assert.deepEqual(rankNodes(before(6, 'a-b', 'b-c', 'a-c', 'c-d', 'e-d', 'd-f')), [0, 1, 2, 3, 2, 4])
  })

  it('end with circles, behind which the order goes on', () => {
    assert.deepEqual(rankNodes(before(4, 'a-b', 'b-c', 'c-b', 'c-d')), [0, 1, 2, 3])
    assert.deepEqual(rankNodes(before(2, 'a-b', 'b-a')), [0, 1])
    assert.deepEqual(rankNodes(before(1, 'a-a')), [0])
    assert.deepEqual(rankNodes([]), [])
  })

  it('are as many as the longest chain, however long it is', () => {
    const chain = Array.from({ length: 50_000 }, (_, node) => (node === 0 ? [] : [node - 1]))
    assert.equal(rankNodes(chain).at(-1), 49_999)
  })
})

describe('the layout of a graph of nodes', () => {
  it('lets no nodes lie on each other, and no edge pass behind one', () => {
    const { layers, x, pieces } = layOutGraph(before(5, 'a-b', 'b-c', 'a-d', 'd-c', 'a-c', 'c-e'))
    assert.deepEqual(
      layers.map((layer) => layer.toSorted()),
      [[0], [1, 3], [2], [4]],
    )
    const [left = 0, right = 0] = [x[1] ?? 0, x[3] ?? 0].toSorted((a, b) => a - b)
    assert.ok(right - left >= nodeWidth)
    const through = pieces[0]?.find(({ passes }) => passes)?.endX ?? NaN
    for (const start of [left, right]) assert.ok(through < start || through > start + nodeWidth)
    assert.ok(x.every((start) => start >= 0))
  })

  it('stays narrow however deep a graph is, whatever stands beside its chain', () => {
    const nodes: number[][] = [[]]
    let end = 0
    for (let block = 0; block < 60; block++) {
      const start = end
      for (let step = 0; step < 6; step++) {
        // A constant of the next node's own.
        nodes.push([], [end, nodes.length])
        end = nodes.length - 1
      }
      nodes.push([end, start])
      end = nodes.length - 1
    }
    const { width, layers } = layOutGraph(nodes)
    assert.equal(layers.length, 421)
    assert.ok(width < 6 * nodeWidth, `${width}`)
  })

  it('has pieces for each edge, from layer to layer', () => {
    const { pieces, longPieces } = layOutGraph(before(3, 'a-b', 'b-c', 'a-c'))
    const told = pieces.flat().map(({ from, to, layer }) => `${from}-${to}@${layer}`)
    assert.deepEqual(told.toSorted(), ['0-1@0', '0-2@0', '0-2@1', '1-2@1'])
    assert.deepEqual(longPieces, [])
  })

  it('keeps edges that lead back', () => {
    const { longPieces } = layOutGraph(before(2, 'a-b', 'b-a'))
    assert.deepEqual(
      longPieces.map(({ from, to }) => [from, to]),
      [[1, 0]],
    )
  })

  it('draws long edges straight where their number would make the layout slow', () => {
    // Each node takes the first one too: passes would grow with the square of the count.
    const nodes = Array.from({ length: 20_000 }, (_, node) => (node === 0 ? [] : node === 1 ? [0] : [node - 1, 0]))
    const { layers, longPieces } = layOutGraph(nodes)
    assert.equal(layers.length, 20_000)
    assert.ok(longPieces.length > 19_900)
  })
})
