import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { floatAttribute, intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { writeModel } from '../../onnx/model.ts'
import { readTensor } from '../../onnx/tensor.ts'
import { attentionModel, convModel, testWeights } from '../../onnx/test-models.ts'
import { applyPass } from '../apply-pass.ts'
import { compareOutputs, optimizedOperators, runModel, testContext } from '../test-runtime.ts'
import dynamicInt8 from './dynamic-int8.ts'

const apply = (model: ModelProto, options = {}) => applyPass(dynamicInt8, model, options, testContext)

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

describe('products of integers', () => {
  it('are all fused by the runtime, and inputs that several take are rounded once', async () => {
    const { model, changes } = await apply(attentionModel())
    assert.equal(changes.length, 4)
    const operators = await optimizedOperators(model)
    const fused =
      (operators.get('com.microsoft.MatMulIntegerToFloat') ?? 0) +
      (operators.get('com.microsoft.DynamicQuantizeMatMul') ?? 0)
    assert.equal(fused, 4)
    assert.equal(operators.get('MatMulInteger'), undefined)
    const rounded = graphOf(model).node.filter(({ opType }) => opType === 'DynamicQuantizeLinear')
    assert.deepEqual(
      rounded.map(({ input }) => input),
      [['x'], ['mixed']],
    )
  })

  it('keep what a Gemm does besides', async () => {
    const model = makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('x', DataType.FLOAT, ['batch', 40])],
        outputs: [makeValue('y', DataType.FLOAT, ['batch', 20])],
        nodes: [
          makeNode(
            'Gemm',
            ['x', 'w', 'b'],
            ['y'],
            [intAttribute('transB', 1), floatAttribute('alpha', 0.5), floatAttribute('beta', 3)],
          ),
        ],
        weights: [testWeights('w', [20, 40]), testWeights('b', [20])],
      }),
    )
    const { model: made } = await apply(model)
    const error = compareOutputs(await runModel(model), await runModel(made))
    assert.ok(error > 0 && error < 0.01, String(error))
  })

  it('are more exact with a scale for each column, where one is larger than the others', async () => {
    const weight = testWeights('w', [16, 16])
    const values = readTensor(weight)
    for (let row = 0; row < 16; row += 1) values[row * 16] = Number(values[row * 16]) * 100
    weight.rawData = new Uint8Array(values.buffer)
    const model = makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('x', DataType.FLOAT, ['batch', 16])],
        outputs: [makeValue('y', DataType.FLOAT, ['batch', 16])],
        nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
        weights: [weight],
      }),
    )
    const others = async (each: ModelProto) => {
      const outputs = await runModel(each)
      return new Map([['y', (outputs.get('y') ?? []).filter((_, index) => index % 16 > 0)]])
    }
    const errorOf = async (perChannel: boolean) =>
      compareOutputs(await others(model), await others((await apply(model, { perChannel })).model))
    assert.ok((await errorOf(true)) < (await errorOf(false)) / 10)
  })

  it('keep weights within ±64 when asked', async () => {
    const { model } = await apply(attentionModel(), { reduceRange: true })
    const weights = graphOf(model).initializer.filter(
      ({ dataType, dims }) => dataType === DataType.INT8 && dims.length === 2,
    )
    assert.equal(weights.length, 4)
    for (const weight of weights)
      assert.equal(Math.max(...[...readTensor(weight)].map((value) => Math.abs(Number(value)))), 64)
  })

  it('are not made of convolutions alone, nor of old operators', async () => {
    const model = convModel()
    graphOf(model).node = graphOf(model).node.filter(({ opType }) => opType !== 'Gemm')
    await assert.rejects(async () => apply(model), {
      code: 'COMPRESSION_NOT_APPLICABLE',
      message: /no MatMul, Gemm, LSTM or Gather/,
    })
    const old = makeModel(graphOf(attentionModel()), { opset: 10 })
    await assert.rejects(async () => apply(old), { code: 'COMPRESSION_NOT_APPLICABLE', message: /it is of opset 10/ })
  })
})

describe('a table that rows are taken from', () => {
  const model = () =>
    makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('words', DataType.INT64, ['length'])],
        outputs: [makeValue('y', DataType.FLOAT, ['length', 16])],
        nodes: [makeNode('Gather', ['table', 'words'], ['y'])],
        weights: [testWeights('table', [100, 16])],
      }),
    )

  it('is kept in 8 bits, each row at most half of its own step from what it was', async () => {
    const { model: made, changes } = await apply(model())
    assert.deepEqual(
      changes.map(({ bytesBefore, bytesAfter }) => [bytesBefore, bytesAfter]),
      [[6400, 2000]],
    )
    const session = await InferenceSession.create(writeModel(made))
    const { y } = await session.run({ words: new Tensor('int64', BigInt64Array.of(0n, 99n, 7n), [3]) })
    await session.release()
    const table = readTensor(testWeights('table', [100, 16]))
    assert.ok(y?.data instanceof Float32Array)
    for (const [index, value] of y.data.entries()) {
      const row = [0, 99, 7][Math.floor(index / 16)] ?? 0
      assert.ok(Math.abs(value - Number(table[row * 16 + (index % 16)])) <= (0.3 / 127) * 0.51)
    }
  })

  it('stays when that is said, or when columns are taken', async () => {
    await assert.rejects(async () => apply(model(), { embeddings: false }), { code: 'COMPRESSION_NOT_APPLICABLE' })
    const across = model()
    graphOf(across).node[0]?.attribute.push(intAttribute('axis', 1))
    await assert.rejects(async () => apply(across), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })
})
