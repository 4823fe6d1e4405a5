import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import {
  floatAttribute,
  graphAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
  textAttribute,
} from './build-graph.ts'
import { describeGraphs } from './describe-graph.ts'
import { attentionModel, convModel, ifModel, testModels } from './test-models.ts'
import { makeTensor } from './tensor.ts'

const [x, y] = [makeValue('x', DataType.FLOAT, ['N']), makeValue('y', DataType.FLOAT, ['N'])]

describe('the graph of a model', () => {
  it('has each node with its attributes, its weights and the nodes before it', () => {
    const { graphs, problems } = describeGraphs(convModel())
    assert.deepEqual(problems, [])
    assert.equal(graphs.length, 1)
    const [convolution, normalized] = graphs[0]?.nodes ?? []
    assert.deepEqual(convolution, {
      name: 'c',
      operator: 'Conv',
      inputs: ['x', 'kernel', 'kernel_bias'],
      outputs: ['c'],
      before: [],
      attributes: [{ name: 'pads', value: '[1, 1, 1, 1]' }],
      weights: [
        { name: 'kernel', type: 'float32', shape: [4, 1, 3, 3], bytes: 144, isExternal: false },
        { name: 'kernel_bias', type: 'float32', shape: [4], bytes: 16, isExternal: false },
      ],
    })
    assert.deepEqual(normalized?.before, [0])
    assert.deepEqual(normalized?.attributes, [{ name: 'epsilon', value: '0.001' }])
  })

  it('names a node before it once, though it takes two values of it', () => {
    const nodes = [makeNode('Split', ['x'], ['a', 'b']), makeNode('Add', ['a', 'b'], ['y'])]
    const { graphs } = describeGraphs(makeModel(makeGraph({ name: 'g', inputs: [x], outputs: [y], nodes })))
    assert.deepEqual(graphs[0]?.nodes[1]?.before, [0])
  })

  it('has graphs inside of nodes by themselves, and what they take from around them', () => {
    const { graphs } = describeGraphs(ifModel())
    assert.deepEqual(
      graphs.map(({ name }) => name.replace(/“.*”/, '“…”')),
      ['', 'If “…” · then_branch', 'If “…” · else_branch'],
    )
    const weights = graphs.map(({ nodes: [node] }) => node?.weights.map(({ name }) => name))
    assert.deepEqual(weights, [['w'], ['w'], ['else_shift']])
  })

  it('leads from what a graph inside of a node takes to what makes it', () => {
    const inner = makeGraph({ name: 'i', inputs: [], outputs: [y], nodes: [makeNode('Relu', ['a'], ['y'])] })
    const nodes = [makeNode('Abs', ['x'], ['a']), makeNode('If', ['x'], ['y'], [graphAttribute('then_branch', inner)])]
    const { graphs } = describeGraphs(makeModel(makeGraph({ name: 'g', inputs: [x], outputs: [y], nodes })))
    assert.deepEqual(graphs[0]?.nodes[1]?.before, [0])
  })

  it('can be described of every model of the tests', () => {
    for (const [name, make] of testModels) {
      const { graphs, problems } = describeGraphs(make())
      assert.deepEqual(problems, [], name)
      for (const { nodes } of graphs) {
        for (const { before } of nodes) assert.ok(before.every((place) => nodes[place] !== undefined))
      }
    }
    const constant = describeGraphs(attentionModel()).graphs[0]?.nodes.find(({ operator }) => operator === 'Constant')
    assert.equal(constant?.attributes[0]?.value, 'float32 []')
    assert.equal(constant?.weights.length, 1)
  })

  it('is described where it goes round in a circle or makes a value twice, which is told', () => {
    const nodes = [makeNode('Add', ['x', 'b'], ['a']), makeNode('Relu', ['a'], ['b']), makeNode('Relu', ['b'], ['y'])]
    const circle = describeGraphs(makeModel(makeGraph({ name: 'g', inputs: [x], outputs: [y], nodes })))
    assert.match(circle.problems.join(), /^The graph goes round in a circle: /)
    assert.deepEqual(
      circle.graphs[0]?.nodes.map(({ before }) => before),
      [[1], [0], [1]],
    )
    const twice = [makeNode('Relu', ['x'], ['y']), makeNode('Abs', ['x'], ['y'])]
    const { problems } = describeGraphs(makeModel(makeGraph({ name: 'g', inputs: [x], outputs: [y], nodes: twice })))
    assert.match(problems.join(), /^The value “y” is made twice/)
  })

  it('cuts what is long', () => {
    const attributes = [
      intsAttribute('axes', Array(100).fill(7)),
      textAttribute('text', 'é'.repeat(5000)),
      floatAttribute('alpha', 0.1),
    ]
    const nodes = [makeNode('Odd', ['x', 'w'], ['y'], attributes)]
    const weights = [makeTensor('w', DataType.FLOAT, Array(500).fill(1), [1])]
    const { graphs } = describeGraphs(makeModel(makeGraph({ name: 'g', inputs: [x], outputs: [y], nodes, weights })))
    const [node] = graphs[0]?.nodes ?? []
    const [axes, text, alpha] = node?.attributes ?? []
    assert.match(axes?.value ?? '', /^\[7, (7, )+… 100 in all\]$/)
    assert.equal(text?.value, `${'é'.repeat(300)}…`)
    assert.equal(alpha?.value, '0.1')
    assert.equal(node?.weights[0]?.shape.length, 32)
  })
})
