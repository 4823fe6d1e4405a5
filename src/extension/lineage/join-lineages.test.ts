import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LineageGraph, LineageNode } from '../../protocol/lineage.ts'
import { joinLineages } from './join-lineages.ts'

const data = (id: string, moreUp = 0, moreDown = 0): LineageNode => ({
  kind: 'data',
  key: id,
  id,
  paths: [id],
  moreUp,
  moreDown,
})
const graph = (nodes: readonly LineageNode[], ...edges: readonly string[]): LineageGraph => ({
  nodes,
  edges: edges.map((edge) => ({ from: edge.slice(0, 1), to: edge.slice(1), relation: 'read' })),
})
const tell = ({ nodes, edges }: LineageGraph) => [
  nodes.map(({ id, moreUp, moreDown }) => `${id} ${moreUp} ${moreDown}`),
  edges.map(({ from, to }) => from + to),
]

describe('one lineage of several answers', () => {
  it('has each node and each edge once, and begins where the first one does', () => {
    const joined = joinLineages(
      [graph([data('b'), data('a')], 'ab'), graph([data('a'), data('b'), data('c')], 'ab', 'ac')],
      9,
    )
    assert.deepEqual(tell(joined), [
      ['b 0 0', 'a 0 0', 'c 0 0'],
      ['ab', 'ac'],
    ])
  })

  it('no longer counts as not shown what another answer has', () => {
    const first = graph([data('a', 0, 2), data('b')], 'ab')
    assert.deepEqual(tell(joinLineages([first], 9))[0], ['a 0 2', 'b 0 0'])
    const second = graph([data('a', 0, 1), data('b'), data('c')], 'ab', 'ac')
    assert.deepEqual(tell(joinLineages([first, second], 9))[0], ['a 0 1', 'b 0 0', 'c 0 0'])
  })

  it('counts as not shown what is over the limit', () => {
    const joined = joinLineages([graph([data('a'), data('b', 3), data('c')], 'ab', 'ac')], 2)
    assert.deepEqual(tell(joined), [['a 0 1', 'b 3 0'], ['ab']])
  })
})
