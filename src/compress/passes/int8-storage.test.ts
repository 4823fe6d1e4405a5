import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf'
import { intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { readTensor } from '../../onnx/tensor.ts'
import { ifModel, testWeights } from '../../onnx/test-models.ts'
import { applyPass } from '../apply-pass.ts'
import { compareOutputs, optimizedOperators, runModel, testContext } from '../test-runtime.ts'
import int8Storage from './int8-storage.ts'

const apply = (model: ModelProto, options = {}) => applyPass(int8Storage, model, options, testContext)

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

function modelOf(dims: readonly (number | string)[], node: NodeProto, weights: readonly TensorProto[]): ModelProto {
  const graph = makeGraph({
    name: 'g',
    inputs: [makeValue('x', DataType.FLOAT, dims)],
    outputs: [makeValue('y', DataType.FLOAT, [])],
    nodes: [node],
    weights,
  })
  delete graph.output[0]?.type
  return makeModel(graph)
}

const node = (opType: string, inputs: readonly string[], attributes: readonly AttributeProto[] = []) =>
  makeNode(opType, inputs, ['y'], attributes)

const layers: readonly [string, ModelProto, readonly number[]][] = [
  ['Conv', modelOf([1, 8, 6, 6], node('Conv', ['x', 'w']), [testWeights('w', [16, 8, 3, 3])]), [16, 1, 1, 1]],
  [
    'ConvTranspose',
    modelOf([1, 8, 6, 6], node('ConvTranspose', ['x', 'w']), [testWeights('w', [8, 16, 3, 3])]),
    [8, 16, 1, 1],
  ],
  ['MatMul', modelOf(['n', 20], node('MatMul', ['x', 'w']), [testWeights('w', [20, 30])]), [30]],
  [
    'Gemm',
    modelOf(['n', 20], node('Gemm', ['x', 'w'], [intAttribute('transB', 1)]), [testWeights('w', [30, 20])]),
    [30, 1],
  ],
  [
    'LSTM',
    modelOf([5, 2, 20], node('LSTM', ['x', 'w', 'r'], [intAttribute('hidden_size', 10)]), [
      testWeights('w', [1, 40, 20]),
      testWeights('r', [1, 40, 10]),
    ]),
    [1, 40, 1],
  ],
]

describe('weights stored in 8 bits', () => {
  for (const [what, model, scaleDims] of layers) {
    it(`have a scale for each channel, and give nearly the same answers: ${what}`, async () => {
      const { model: stored, changes } = await apply(model)
      const byName = new Map(graphOf(stored).initializer.map((tensor) => [tensor.name, tensor]))
      assert.deepEqual(byName.get('w_scale')?.dims.map(Number), scaleDims)
      assert.ok(changes.every(({ bytesBefore, bytesAfter }) => bytesAfter < bytesBefore * 0.45))
      const error = compareOutputs(await runModel(model), await runModel(stored))
      assert.ok(error > 0 && error < 0.01, String(error))
    })
  }

  it('move by half a step of their channel at most', async () => {
    const [, model] = layers[0] ?? assert.fail()
    const { model: stored } = await apply(model)
    const [integers, scales] = graphOf(stored).initializer
    assert.ok(integers && scales)
    const [values, factors] = [readTensor(integers), readTensor(scales)]
    for (const [index, weight] of readTensor(testWeights('w', [16, 8, 3, 3])).entries()) {
      const scale = Number(factors[Math.floor(index / 72)])
      assert.ok(Math.abs(Number(values[index]) * scale - Number(weight)) <= scale * 0.5001)
    }
  })

  it('are found where a graph inside of a node takes them', async () => {
    const { changes } = await apply(ifModel(), { minElements: 16 })
    assert.deepEqual(
      changes.map(({ name }) => name),
      ['w'],
    )
  })

  it('are none that have no channels, or have them by rows for one layer and by columns for another', async () => {
    const added = modelOf(['n', 20, 20], node('Add', ['x', 'w']), [testWeights('w', [20, 20])])
    await assert.rejects(apply(added), { code: 'COMPRESSION_NOT_APPLICABLE', message: /layers that have channels/ })
    const both = modelOf(['n', 20], node('MatMul', ['h', 'w']), [testWeights('w', [20, 20])])
    graphOf(both).node.unshift(makeNode('Gemm', ['x', 'w'], ['h'], [intAttribute('transB', 1)]))
    await assert.rejects(apply(both), { code: 'COMPRESSION_NOT_APPLICABLE' })
    const old = makeModel(graphOf(added), { opset: 6 })
    await assert.rejects(apply(old), { code: 'COMPRESSION_NOT_APPLICABLE', message: /older than opset 7/ })
  })

  it('are none that are small, unless they are asked for', async () => {
    const small = modelOf([1, 4, 6, 6], node('Conv', ['x', 'w']), [testWeights('w', [4, 4, 3, 3])])
    await assert.rejects(apply(small), { code: 'COMPRESSION_NOT_APPLICABLE' })
    assert.equal((await apply(small, { minElements: 144 })).changes.length, 1)
  })

  it('are floats again once the runtime has loaded them, so that it computes as before', async () => {
    for (const [, model] of layers) {
      const before = await optimizedOperators(model)
      assert.deepEqual(await optimizedOperators((await apply(model)).model), before)
    }
  })
})
