import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, integer, property, shuffledSubarray, tuple } from 'fast-check'
import { TensorProto_DataType as DataType, type NodeProto } from 'onnx-buf'
import { graphAttribute, makeGraph, makeNode, makeValue } from './build-graph.ts'
import { refuses } from './test-refusal.ts'
import { sortNodes } from './sort-nodes.ts'

const graphOf = (nodes: readonly NodeProto[]) => makeGraph({ name: 'g', inputs: [], outputs: [], nodes })

/** Node `n` makes `v<n>` out of values of earlier nodes. */
const orderedNodes = array(array(integer({ min: 0, max: 50 }), { maxLength: 3 }), { maxLength: 12 }).map((sources) =>
  sources.map((each, index) =>
    makeNode('Op', index === 0 ? ['x'] : each.map((number) => `v${number % index}`), [`v${index}`]),
  ),
)

/** By trying each node until none is left: slow, and plainly right. */
function isSorted(nodes: readonly NodeProto[]): boolean {
  const all = new Set(nodes.flatMap(({ output }) => output))
  const there = new Set<string>()
  return nodes.every(({ input, output }) => {
    const isReady = input.every((name) => !all.has(name) || there.has(name))
    for (const name of output) there.add(name)
    return isReady
  })
}

describe('nodes in any order', () => {
  it('come after those they take values from, and none is lost', () => {
    const shuffled = orderedNodes.chain((nodes) => tuple(shuffledSubarray(nodes, { minLength: nodes.length })))
    assertProperty(
      property(shuffled, ([nodes]) => {
        const sorted = sortNodes(graphOf(nodes))
        assert.ok(isSorted(sorted))
        assert.deepEqual(new Set(sorted), new Set(nodes))
        assert.equal(sorted.length, nodes.length)
      }),
    )
  })

  it('stay as they are when that is an order', () => {
    assertProperty(property(orderedNodes, (nodes) => assert.deepEqual(sortNodes(graphOf(nodes)), nodes)))
  })

  it('wait for what a graph inside of them takes', () => {
    const inner = makeGraph({
      name: 'i',
      inputs: [],
      outputs: [makeValue('o', DataType.FLOAT, [1])],
      nodes: [makeNode('Neg', ['late'], ['o'])],
    })
    const choice = makeNode('If', ['c'], ['y'], [graphAttribute('then_branch', inner)])
    const late = makeNode('Relu', ['x'], ['late'])
    assert.deepEqual(sortNodes(graphOf([choice, late])), [late, choice])
  })

  it('may be a chain of twenty thousand, from its end', () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) => makeNode('Neg', [`v${index}`], [`v${index + 1}`]))
    assert.deepEqual(sortNodes(graphOf(nodes.toReversed()))[0], nodes[0])
  })

  it('are refused when they go round in a circle, which is told', () => {
    const nodes = [
      makeNode('Relu', ['a'], ['b']),
      makeNode('Add', ['b', 'x'], ['c']),
      makeNode('Neg', ['c'], ['a']),
      makeNode('Abs', ['a'], ['y']),
    ]
    refuses('BAD_REQUEST', /circle: Relu “b” → Neg “a” → Add “c”\./, () => sortNodes(graphOf(nodes)))
    refuses('BAD_REQUEST', /circle: Relu “a”\./, () => sortNodes(graphOf([makeNode('Relu', ['a'], ['a'])])))
  })
})
