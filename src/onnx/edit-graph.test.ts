import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GraphProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { graphAttribute, makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { copyModel, createNames, removeDead, replaceUses } from './edit-graph.ts'
import { eachGraph } from './graph.ts'
import { readModel, writeModel } from './model.ts'
import { convModel, ifModel, mlpModel, testModels, testWeights } from './test-models.ts'
import { refuses } from './test-refusal.ts'

const value = (name: string) => makeValue(name, DataType.FLOAT, [4])
const names = (graph: GraphProto | undefined) => graph?.node.flatMap(({ output }) => output)

function graphOf(model = mlpModel()): GraphProto {
  assert.ok(model.graph)
  return model.graph
}

describe('a copy of a model', () => {
  for (const [what, make] of testModels) {
    it(`is the same, and changing it leaves the first as it was: ${what}`, () => {
      const bytes = writeModel(make())
      const model = readModel(bytes, 'a.onnx')
      const copy = copyModel(model)
      assert.deepEqual(writeModel(copy), bytes)
      for (const graph of eachGraph(graphOf(copy))) {
        for (const node of graph.node) {
          node.opType = 'Changed'
          node.input.push('more')
          node.attribute.length = 0
        }
        graph.initializer.length = 0
        graph.output.length = 0
      }
      copy.opsetImport.length = 0
      assert.deepEqual(writeModel(model), bytes)
    })
  }
})

describe('new names', () => {
  it('are as wanted, or with the first number that no value, node or name inside has', () => {
    const name = createNames(ifModel())
    assert.deepEqual(
      [name('fresh'), name('fresh'), name('x'), name('else_shift'), name('then_y')],
      ['fresh', 'fresh_1', 'x_1', 'else_shift_1', 'then_y_1'],
    )
  })
})

describe('uses of a value', () => {
  it('are replaced in nodes and in graphs inside of them', () => {
    const graph = graphOf(ifModel())
    replaceUses(graph, new Map([['x', 'other']]))
    assert.deepEqual(
      eachGraph(graph).flatMap(({ node }) => node.map(({ input }) => input)),
      [['big'], ['other', 'w'], ['other', 'else_shift']],
    )
  })

  it('are left alone where a graph has a value of its own by that name', () => {
    const inner = makeGraph({
      name: 'body',
      inputs: [value('x')],
      outputs: [value('o')],
      nodes: [makeNode('Neg', ['x'], ['o'])],
    })
    const graph = makeGraph({
      name: 'g',
      inputs: [],
      outputs: [],
      nodes: [makeNode('Scan', ['x'], ['y'], [graphAttribute('body', inner)])],
    })
    replaceUses(graph, new Map([['x', 'z']]))
    assert.deepEqual([graph.node[0]?.input, inner.node[0]?.input], [['z'], ['x']])
  })

  it('are refused where the new name means something else inside', () => {
    const graph = graphOf(ifModel())
    refuses('BAD_REQUEST', /“else_shift” has the name of another one/, () =>
      replaceUses(graph, new Map([['x', 'else_shift']])),
    )
  })

  it('leave the outputs of the model their names', () => {
    const graph = graphOf()
    replaceUses(graph, new Map([['y', 'z']]))
    assert.deepEqual(
      graph.output.map(({ name }) => name),
      ['y'],
    )
  })
})

describe('what is dead', () => {
  it('goes: nodes that nothing needs, one after the other, then their weights and notes', () => {
    const graph = graphOf()
    graph.node.push(makeNode('MatMul', ['r', 'unused'], ['side']), makeNode('Neg', ['side'], ['far_side']))
    graph.initializer.push(testWeights('unused', [16, 2]))
    graph.valueInfo.push(value('side'), value('h'))
    assert.deepEqual(removeDead(graph), { nodes: 2, weights: 1 })
    assert.deepEqual(names(graph), names(mlpModel().graph))
    assert.deepEqual(
      graph.valueInfo.map(({ name }) => name),
      ['h'],
    )
    assert.deepEqual(removeDead(graph), { nodes: 0, weights: 0 })
  })

  it('goes inside of nodes too, and then what only that had needed', () => {
    const model = ifModel()
    const graph = graphOf(model)
    const [, thenBranch] = eachGraph(graph)
    thenBranch?.node.push(makeNode('Mul', ['x', 'outside'], ['nothing']))
    graph.initializer.push(testWeights('outside', [4]))
    assert.deepEqual(removeDead(graph), { nodes: 1, weights: 1 })
    assert.deepEqual(writeModel(model), writeModel(ifModel()))
  })

  it('is not what a graph inside takes', () => {
    const graph = graphOf(ifModel())
    assert.deepEqual(removeDead(graph), { nodes: 0, weights: 0 })
    assert.deepEqual(
      graph.initializer.map(({ name }) => name),
      ['w'],
    )
  })

  it('leaves the list of inputs too when it is a weight, and an input that is none stays', () => {
    const graph = graphOf(makeModel(graphOf(convModel()), { irVersion: 3 }))
    graph.input.push(value('unused'), value('asked_for'))
    graph.initializer.push(testWeights('unused', [4]))
    removeDead(graph)
    assert.deepEqual(
      graph.input.map(({ name }) => name),
      ['x', 'asked_for'],
    )
  })

  it('never is an input of a graph inside a node, which goes by its place', () => {
    const body = makeGraph({
      name: 'body',
      inputs: [value('a'), value('b')],
      outputs: [value('o')],
      nodes: [makeNode('Neg', ['b'], ['o'])],
      weights: [testWeights('a', [4])],
    })
    const graph = makeGraph({
      name: 'g',
      inputs: [value('x')],
      outputs: [value('y')],
      nodes: [makeNode('Scan', ['x', 'x'], ['y'], [graphAttribute('body', body)])],
    })
    assert.deepEqual(removeDead(graph), { nodes: 0, weights: 0 })
    assert.equal(body.input.length, 2)
  })
})
