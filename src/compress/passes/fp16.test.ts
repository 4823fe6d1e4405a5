import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { makeTensor, readTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { applyPass } from '../apply-pass.ts'
import { compareOutputs, optimizedOperators, runModel, testContext } from '../test-runtime.ts'
import fp16 from './fp16.ts'

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

function modelWith(weight = testWeights('w', [20, 20])): ModelProto {
  return makeModel(
    makeGraph({
      name: 'g',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 20])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 20])],
      nodes: [makeNode('MatMul', ['x', 'w'], ['m']), makeNode('Add', ['m', 'b'], ['y'])],
      weights: [weight, testWeights('b', [20])],
    }),
  )
}

describe('weights in half precision', () => {
  it('move by their 2,048th part at most, and small ones stay as they are', async () => {
    const { model, changes } = await applyPass(fp16, modelWith(), {}, testContext)
    const [half, bias] = graphOf(model).initializer
    assert.ok(half && bias)
    assert.deepEqual(
      [half.name, half.dataType, bias.name, bias.dataType],
      ['w_half', DataType.FLOAT16, 'b', DataType.FLOAT],
    )
    const old = readTensor(testWeights('w', [20, 20]))
    for (const [index, value] of readTensor(half).entries()) {
      const before = Number(old[index])
      assert.ok(Math.abs(Number(value) - before) <= Math.abs(before) / 2048 + 2 ** -25)
    }
    assert.deepEqual(
      changes.map(({ name, bytesBefore, bytesAfter }) => [name, bytesBefore, bytesAfter]),
      [['w', 1600, 800]],
    )
    assert.ok(compareOutputs(await runModel(modelWith()), await runModel(model)) < 1e-3)
  })

  it('are floats again once the runtime has loaded them, so that it computes as before', async () => {
    const { model } = await applyPass(fp16, modelWith(), {}, testContext)
    assert.deepEqual(await optimizedOperators(model), await optimizedOperators(modelWith()))
  })

  it('are not taken where one would be an infinity, nor in a model of operators without Cast', async () => {
    const large = makeTensor(
      'w',
      DataType.FLOAT,
      [20, 20],
      Array.from({ length: 400 }, (_, index) => (index === 7 ? 70_000 : 1)),
    )
    await assert.rejects(async () => applyPass(fp16, modelWith(large), {}, testContext), {
      code: 'COMPRESSION_NOT_APPLICABLE',
    })
    const old = makeModel(graphOf(modelWith()), { opset: 5 })
    await assert.rejects(async () => applyPass(fp16, old, {}, testContext), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('are not those of what is quantized already', async () => {
    const model = modelWith()
    graphOf(model).node = [makeNode('DequantizeLinear', ['x', 'w'], ['y'])]
    await assert.rejects(async () => applyPass(fp16, model, {}, testContext), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })
})
