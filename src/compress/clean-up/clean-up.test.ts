import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf'
import {
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
  tensorAttribute,
  intAttribute,
  intsAttribute,
} from '../../onnx/build-graph.ts'
import { copyModel } from '../../onnx/edit-graph.ts'
import { makeTensor, readTensor } from '../../onnx/tensor.ts'
import { attentionModel, convModel, ifModel, messyModel, testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import type { PassResult } from '../pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'
import { removeIdentities } from './remove-identities.ts'

const cleanUp = (model: ModelProto, options = {}): Promise<PassResult> =>
  applyPass(findPass('clean-up'), model, options, testContext)

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

const operators = (model: ModelProto) => graphOf(model).node.map(({ opType }) => opType)
const weightNames = (model: ModelProto) => graphOf(model).initializer.map(({ name }) => name)
const float = (name: string) => makeValue(name, DataType.FLOAT, ['n', 4])

describe('graph clean-up', () => {
  it('leaves of a model what it needs', async () => {
    const { model, changes } = await cleanUp(messyModel())
    assert.deepEqual(operators(model), ['Gemm', 'Reshape', 'Add', 'Neg'])
    assert.deepEqual(
      graphOf(model).input.map(({ name }) => name),
      ['x'],
    )
    assert.deepEqual(weightNames(model), ['one', 'shape', 'w_folded', 'b_bias_folded'])
    assert.equal(model.irVersion, 4n)
    const told = new Set(changes.map(({ what }) => what))
    for (const what of [
      'made a weight',
      'computed beforehand',
      'folded into Gemm “g”',
      'removed: it gives what it takes',
    ]) {
      assert.ok(told.has(what), what)
    }
  })

  it('makes weights of constants in graphs inside of nodes too, each where it was', async () => {
    const model = ifModel()
    const [node] = graphOf(model).node
    const branch = node?.attribute[0]?.g
    const use = branch?.node[0]
    assert.ok(branch && use)
    use.input[1] = 'inside'
    branch.node.unshift(makeNode('Constant', [], ['inside'], [tensorAttribute('value', testWeights('', [4, 4]))]))
    const cleaned = await cleanUp(model)
    const inner = graphOf(cleaned.model).node[0]?.attribute[0]?.g
    assert.deepEqual(
      inner?.initializer.map(({ name }) => name),
      ['inside'],
    )
    assert.deepEqual(weightNames(cleaned.model), [])
  })

  it('leaves a constant that is an output of the model a node', async () => {
    const model = messyModel()
    graphOf(model).output.push(makeValue('one', DataType.FLOAT, [1]))
    assert.ok(operators((await cleanUp(model)).model).includes('Constant'))
  })

  it('leaves alone what its options say', async () => {
    const kept = await cleanUp(messyModel(), { foldBatchNorm: false, foldConstants: false })
    assert.deepEqual(operators(kept.model), ['Gemm', 'BatchNormalization', 'Add', 'Concat', 'Reshape', 'Add', 'Neg'])
  })

  it('refuses a model that has nothing to take out', async () => {
    const { model } = await cleanUp(attentionModel())
    await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })
})

describe('batch normalization', () => {
  it('stays where another node takes the values of the layer before it', async () => {
    const model = convModel()
    const graph = graphOf(model)
    graph.node.push(makeNode('ReduceMax', ['c'], ['greatest']))
    graph.output.push(makeValue('greatest', DataType.FLOAT, [1, 1, 1, 1]))
    await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('stays where the layer before it gives its values to others too', async () => {
    const model = convModel()
    graphOf(model).output.push(makeValue('c', DataType.FLOAT, ['batch', 4, 8, 8]))
    await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('stays where each place is normalized by itself, as old versions can', async () => {
    const model = convModel()
    graphOf(model).node[1]?.attribute.push(intAttribute('spatial', 0))
    await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
    const old = makeModel(graphOf(convModel()), { opset: 6 })
    await assert.rejects(cleanUp(old), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('stays where a channel would get no number', async () => {
    const model = convModel()
    const variance = graphOf(model).initializer.find(({ name }) => name === 'variance')
    assert.ok(variance)
    variance.rawData = makeTensor('', DataType.FLOAT, [4], [1, -5, 1, 1]).rawData
    await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  for (const [group, name] of [
    [1, 'goes into'],
    [2, 'stays behind, with groups,'],
  ] as const) {
    it(`${name} a transposed convolution`, async () => {
      const model = copyModel(convModel())
      const graph = graphOf(model)
      const [conv] = graph.node
      assert.ok(conv)
      conv.opType = 'ConvTranspose'
      conv.attribute = [...conv.attribute, intsAttribute('kernel_shape', [3, 3])]
      const channels = group === 1 ? 4 : 2
      graph.initializer = graph.initializer.map((each) =>
        each.name === 'kernel' ? testWeights('kernel', [group, channels, 3, 3]) : each,
      )
      if (group === 2) {
        conv.attribute.push(intAttribute('group', 2))
        graph.node.unshift(makeNode('Concat', ['x', 'x'], ['xx'], [intAttribute('axis', 1)]))
        conv.input[0] = 'xx'
        await assert.rejects(cleanUp(model), { code: 'COMPRESSION_NOT_APPLICABLE' })
        return
      }
      const result = await cleanUp(model)
      assert.ok(!operators(result.model).includes('BatchNormalization'))
      assert.ok(compareOutputs(await runModel(model), await runModel(result.model)) < 1e-5)
    })
  }
})

describe('what depends on weights alone', () => {
  const model = () =>
    makeModel(
      makeGraph({
        name: 'g',
        inputs: [float('x')],
        outputs: [float('y')],
        nodes: [
          makeNode('Transpose', ['w'], ['across']),
          makeNode('MatMul', ['x', 'across'], ['m']),
          makeNode('ConstantOfShape', ['large'], ['zeros']),
          makeNode('ReduceSum', ['zeros'], ['zero']),
          makeNode('ConstantOfShape', ['large'], ['others']),
          makeNode('ReduceMax', ['m'], ['greatest']),
          makeNode('Expand', ['greatest', 'large'], ['wide']),
          makeNode('Add', ['wide', 'others'], ['sum']),
          makeNode('ReduceMin', ['sum'], ['least']),
          makeNode('Add', ['m', 'zero'], ['z']),
          makeNode('Add', ['z', 'least'], ['y']),
        ],
        weights: [testWeights('w', [4, 4]), makeTensor('large', DataType.INT64, [2], [100, 100])],
      }),
    )

  it('is computed beforehand, but for what would make the file larger', async () => {
    const result = await cleanUp(model())
    assert.ok(!operators(result.model).includes('Transpose'))
    assert.deepEqual(operators(result.model).filter((type) => type === 'ConstantOfShape').length, 1)
    const across = graphOf(result.model).initializer.find(({ name }) => name === 'across')
    assert.ok(across)
    const values = readTensor(testWeights('w', [4, 4]))
    assert.deepEqual(
      readTensor(across).slice(0, 4),
      Float32Array.of(Number(values[0]), Number(values[4]), Number(values[8]), Number(values[12])),
    )
    assert.ok(compareOutputs(await runModel(model()), await runModel(result.model)) < 1e-6)
  })

  it('stays where its sources are needed as they are too, and the file would grow', async () => {
    const shared = makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('x', DataType.FLOAT, ['n', 32])],
        outputs: [makeValue('y', DataType.FLOAT, ['n', 32])],
        nodes: [
          makeNode('Transpose', ['w'], ['across']),
          makeNode('MatMul', ['x', 'across'], ['m']),
          makeNode('MatMul', ['m', 'w'], ['y']),
        ],
        weights: [testWeights('w', [32, 32])],
      }),
    )
    await assert.rejects(cleanUp(shared), { code: 'COMPRESSION_NOT_APPLICABLE' })
    graphOf(shared).node[2] = makeNode('Neg', ['m'], ['y'])
    assert.deepEqual(operators((await cleanUp(shared)).model), ['MatMul', 'Neg'])
  })

  it('stays when it is texts', async () => {
    const texts = create(TensorProtoSchema, {
      name: 'texts',
      dataType: DataType.STRING,
      dims: [1n],
      stringData: [Buffer.from('a')],
    })
    const named = makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('x', DataType.STRING, ['n'])],
        outputs: [makeValue('y', DataType.STRING, ['n'])],
        nodes: [
          makeNode('Concat', ['texts', 'texts'], ['two'], [intAttribute('axis', 0)]),
          makeNode('Concat', ['x', 'two'], ['y'], [intAttribute('axis', 0)]),
        ],
        weights: [texts],
      }),
    )
    await assert.rejects(cleanUp(named), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('stays when nothing can run it', async () => {
    const { evaluate: _, ...context } = testContext
    await assert.rejects(async () => applyPass(findPass('clean-up'), model(), {}, context), {
      code: 'COMPRESSION_NOT_APPLICABLE',
    })
  })
})

describe('an identity', () => {
  const graphWith = (nodes: readonly ReturnType<typeof makeNode>[], outputs: readonly string[]) =>
    makeModel(makeGraph({ name: 'g', inputs: [float('x')], outputs: outputs.map(float), nodes }))
  const left = (model: ModelProto) => {
    removeIdentities(model)
    return graphOf(model).node.map(({ opType, input, output }) => `${opType} ${input.join(' ')} → ${output.join(' ')}`)
  }

  it('is removed from a chain, and the last value takes the name of the output', () => {
    const nodes = [
      makeNode('Relu', ['x'], ['a']),
      makeNode('Identity', ['a'], ['b']),
      makeNode('Identity', ['b'], ['y']),
      makeNode('Neg', ['b'], ['z']),
    ]
    assert.deepEqual(left(graphWith(nodes, ['y', 'z'])), ['Relu x → y', 'Neg y → z'])
  })

  it('stays where an input or another output would have to be called as the output', () => {
    assert.deepEqual(left(graphWith([makeNode('Identity', ['x'], ['y'])], ['y'])), ['Identity x → y'])
    const both = () => [
      makeNode('Relu', ['x'], ['a']),
      makeNode('Identity', ['a'], ['y']),
      makeNode('Identity', ['a'], ['z']),
    ]
    assert.deepEqual(left(graphWith(both(), ['y', 'z'])), ['Relu x → y', 'Identity y → z'])
    assert.deepEqual(left(graphWith(both(), ['a', 'y', 'z'])), ['Relu x → a', 'Identity a → y', 'Identity a → z'])
  })

  it('is a Dropout too, but not one whose mask is taken', () => {
    const nodes = [makeNode('Dropout', ['x'], ['d', 'mask']), makeNode('Neg', ['d'], ['y'])]
    assert.deepEqual(left(graphWith(nodes, ['y'])), ['Neg x → y'])
    const again = [makeNode('Dropout', ['x'], ['d', 'mask']), makeNode('Neg', ['d'], ['y'])]
    assert.equal(left(graphWith(again, ['y', 'mask'])).length, 2)
  })
})
