import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type GraphProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { graphAttribute, makeGraph, makeNode, makeValue } from './build-graph.ts'
import { graphScopes } from './scopes.ts'
import { ifModel, testWeights } from './test-models.ts'

function graphOf({ graph } = ifModel()): GraphProto {
  assert.ok(graph)
  return graph
}

it('a graph in a node takes its own weights and those around it, and the one around it its own alone', () => {
  const [outer, thenScope, elseScope] = graphScopes(graphOf())
  const found = (name: string) => [outer, thenScope, elseScope].map((scope) => scope?.findWeight(name)?.name)
  assert.deepEqual(found('w'), ['w', 'w', 'w'])
  assert.deepEqual(found('else_shift'), [undefined, undefined, 'else_shift'])
  assert.deepEqual(found('x'), [undefined, undefined, undefined])
  assert.deepEqual([outer?.isInner, thenScope?.isInner], [false, true])
})

it('a weight is none where an input or a node has its name', () => {
  const inner = makeGraph({
    name: 'body',
    inputs: [makeValue('a', DataType.FLOAT, [1])],
    outputs: [makeValue('b', DataType.FLOAT, [1])],
    nodes: [makeNode('Neg', ['a'], ['b'])],
  })
  const graph = makeGraph({
    name: 'g',
    inputs: [makeValue('given', DataType.FLOAT, [1])],
    outputs: [],
    nodes: [makeNode('Loop', ['', '', 'a'], ['y'], [graphAttribute('body', inner)])],
    weights: ['a', 'b', 'given'].map((name) => testWeights(name, [1])),
  })
  const [outer, body] = graphScopes(graph)
  assert.deepEqual(
    ['a', 'b', 'given'].map((name) => outer?.findWeight(name)?.name),
    ['a', 'b', undefined],
  )
  assert.deepEqual(
    ['a', 'b', 'given'].map((name) => body?.findWeight(name)),
    [undefined, undefined, undefined],
  )
})
