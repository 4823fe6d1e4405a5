import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NodeDescription } from '../../src/protocol/model-description.ts'
import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { drawGraph, shapeText } from './drawn-graph.ts'

function node(operator: string, inputs: readonly string[], outputs: readonly string[], before: readonly number[]) {
  return { name: '', operator, inputs, outputs, before, attributes: [], weights: [] } satisfies NodeDescription
}

const value = (name: string) => ({ name, type: 'float32', shape: [1] })
const sizes = { tensors: 0, parameters: 0, bytes: 0, externalBytes: 0 }

const model: ShownModel = {
  irVersion: 8,
  producer: '',
  producerVersion: '',
  name: '',
  inputs: [value('x'), value('flag')],
  outputs: [value('y')],
  opsets: [],
  nodes: 3,
  operators: [],
  weights: sizes,
  weightsByType: [],
  weightsByOperator: [],
  metadata: [],
  graphs: [
    {
      name: '',
      // The If takes `a` in a graph inside of it.
      nodes: [node('Abs', ['x', 'x'], ['a'], []), node('If', ['flag'], ['y'], [0])],
    },
    { name: 'If “y” · then_branch', nodes: [node('Relu', ['a'], ['y'], [])] },
  ],
  problems: [],
}

describe('a graph that is drawn', () => {
  it('has the inputs of the model before its nodes, its outputs behind them, and each edge once', () => {
    const { nodes, before, after } = drawGraph(model, 0)
    assert.deepEqual(
      nodes.map((drawn) => (drawn.kind === 'node' ? drawn.node.operator : `${drawn.kind} ${drawn.name}`)),
      ['input x', 'input flag', 'Abs', 'If', 'output y'],
    )
    assert.deepEqual(before, [[], [], [0], [1, 2], [3]])
    assert.deepEqual(after, [[2], [3], [3], [4], []])
  })

  it('tells who makes a value and who takes it as an input', () => {
    const { findMaker, findTakers } = drawGraph(model, 0)
    assert.deepEqual([findMaker('a'), findMaker('x'), findMaker('nothing')], [2, 0, undefined])
    assert.deepEqual([findTakers('x'), findTakers('y'), findTakers('nothing')], [[2], [4], []])
  })

  it('has nothing of the model around a graph that is inside of a node', () => {
    const { nodes, before } = drawGraph(model, 1)
    assert.equal(nodes.length, 1)
    assert.deepEqual(before, [[]])
  })

  it('writes shapes as far as they are known', () => {
    assert.deepEqual([shapeText([1, 'batch', null]), shapeText([]), shapeText(undefined)], ['[1, batch, ?]', '[]', ''])
  })
})
