import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { OperatorSetIdProtoSchema, TensorProto_DataType as DataType } from 'onnx-buf'
import { graphAttribute, makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { eachGraph, findDeepUses, findProducers, findUses, nameNode, opsetVersion, outerNames } from './graph.ts'
import { refuses } from './test-refusal.ts'
import { testWeights } from './test-models.ts'

/** An If whose branch has an If, which takes `far` from around both. */
function nested() {
  const output = (name: string) => [makeValue(name, DataType.FLOAT, [1])]
  const leaf = makeGraph({
    name: 'leaf',
    inputs: [],
    outputs: output('leaf_y'),
    nodes: [makeNode('Add', ['far', 'mine'], ['leaf_y'])],
    weights: [testWeights('mine', [1])],
  })
  const branch = makeGraph({
    name: 'branch',
    inputs: [],
    outputs: output('branch_y'),
    nodes: [
      makeNode('Neg', ['near'], ['negative']),
      makeNode('If', ['negative'], ['branch_y'], [graphAttribute('then_branch', leaf)]),
    ],
  })
  const inner = makeNode('If', ['condition'], ['y'], [graphAttribute('then_branch', branch)])
  const outer = makeNode('Relu', ['near'], ['far'])
  return {
    leaf,
    branch,
    inner,
    outer,
    graph: makeGraph({ name: 'g', inputs: [], outputs: output('y'), nodes: [outer, inner] }),
  }
}

describe('graphs inside of nodes', () => {
  it('are found at any depth, each before what is in it', () => {
    const { graph, branch, leaf } = nested()
    assert.deepEqual(eachGraph(graph), [graph, branch, leaf])
  })

  it('take the names from around them that they do not have themselves', () => {
    assert.deepEqual([...outerNames(nested().inner)].toSorted(), ['far', 'near'])
  })

  it('take a value that they only pass on', () => {
    const pass = makeGraph({ name: 'pass', inputs: [], outputs: [makeValue('x', DataType.FLOAT, [1])], nodes: [] })
    assert.deepEqual([...outerNames(makeNode('If', ['c'], ['y'], [graphAttribute('then_branch', pass)]))], ['x'])
  })
})

describe('a value', () => {
  it('is known by the node that makes it and by all that take it, graphs in nodes included', () => {
    const { graph, inner, outer } = nested()
    assert.deepEqual(
      findProducers(graph),
      new Map([
        ['far', outer],
        ['y', inner],
      ]),
    )
    assert.deepEqual(
      findUses(graph),
      new Map([
        [
          'near',
          [
            { node: outer, input: 0 },
            { node: inner, input: undefined },
          ],
        ],
        ['condition', [{ node: inner, input: 0 }]],
        ['far', [{ node: inner, input: undefined }]],
      ]),
    )
  })

  it('is known by the nodes inside of others that take it, too', () => {
    const { graph, branch, leaf, outer } = nested()
    const [negative] = branch.node
    const [sum] = leaf.node
    const uses = findDeepUses(graph)
    assert.deepEqual(uses.get('near'), [
      { node: outer, input: 0 },
      { node: negative, input: 0 },
    ])
    assert.deepEqual(uses.get('far'), [{ node: sum, input: 0 }])
    assert.equal(uses.get('mine'), undefined)
  })

  it('is found whatever it is called', () => {
    const node = makeNode('Relu', ['constructor'], ['__proto__'])
    const graph = makeGraph({ name: 'g', inputs: [], outputs: [], nodes: [node] })
    assert.equal(findProducers(graph).get('__proto__'), node)
    assert.equal(findProducers(graph).get('toString'), undefined)
    assert.deepEqual(findUses(graph).get('constructor'), [{ node, input: 0 }])
  })

  it('is refused when two nodes make it', () => {
    const nodes = [
      makeNode('Relu', ['x'], ['y'], [], { name: 'one' }),
      makeNode('Neg', ['x'], ['y'], [], { name: 'two' }),
    ]
    const graph = makeGraph({ name: 'g', inputs: [], outputs: [], nodes })
    refuses('BAD_REQUEST', /“y” is made twice: by Relu “one” and Neg “two”/, () => findProducers(graph))
  })
})

it('the version of operators is the one of its domain, which ONNX’s own have two names for', () => {
  const model = makeModel(nested().graph, { opset: 13 })
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }))
  assert.deepEqual(
    [
      opsetVersion(model),
      opsetVersion(model, 'ai.onnx'),
      opsetVersion(model, 'com.microsoft'),
      opsetVersion(model, 'other'),
    ],
    [13, 13, 1, undefined],
  )
})

it('a node is called by its domain, operator and name, or by what it makes', () => {
  assert.equal(nameNode(makeNode('Relu', ['x'], ['y'], [], { name: 'first' })), 'Relu “first”')
  assert.equal(
    nameNode(makeNode('Gelu', ['x'], ['', 'y'], [], { name: '', domain: 'com.microsoft' })),
    'com.microsoft.Gelu “y”',
  )
})
