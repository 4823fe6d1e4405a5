import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { readModel, writeModel } from '../../onnx/model.ts'
import { readOptimized } from '../../onnx/optimized.ts'
import { openSessionHost, type SessionHost } from '../../onnx/session.ts'
import { convolutionModel } from '../../onnx/test-convolution.ts'
import { mlpModel, testWeights } from '../../onnx/test-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

describe('static 8-bit integers', { timeout: 300_000 }, () => {
  let host: SessionHost
  before(async () => {
    host = await openSessionHost(testRuntime, {}, new AbortController().signal)
  })
  after(() => host[Symbol.asyncDispose]())

  const apply = (model: ModelProto, options: Readonly<Record<string, unknown>> = {}) =>
    applyPass(findPass('static-int8'), model, options, testContext)
  /** Each layer as it runs, by name. */
  const runsAs = async (model: ModelProto) => {
    const { nodes } = await readOptimized(host, writeModel(model))
    return nodes.map(({ origin, precision }) => `${origin?.name ?? '?'} ${precision}`)
  }
  const net = () => readModel(convolutionModel({ quantized: false }), 'net.onnx')

  it('leave no layer in float, by any method and with one scale or many', async () => {
    for (const options of [{}, { perChannel: false }, { method: 'entropy' }, { method: 'mse', reduceRange: true }]) {
      const { model, changes } = await apply(net(), options)
      assert.deepEqual(await runsAs(model), ['/one/Conv integer', '/two/Conv integer', '/fc/Gemm integer'])
      assert.equal(changes.length, 3)
      const error = compareOutputs(await runModel(net()), await runModel(model))
      assert.ok(error < 0.06, `${JSON.stringify(options)}: ${error}`)
    }
  })

  it('share a scale where values are only moved on', async () => {
    const { model } = await apply(net())
    const scales = (model.graph?.initializer ?? []).flatMap(({ name, dims }) =>
      name.endsWith('_scale') && dims.length === 0 ? [name] : [],
    )
    assert.deepEqual(scales.toSorted(), ['one_r_scale', 'pooled_scale', 'two_r_scale', 'x_scale'])
  })

  it('run in integers for models of before opset 13, too', async () => {
    const old = net()
    const [onnx] = old.opsetImport
    assert.ok(onnx !== undefined)
    onnx.version = 11n
    const { model } = await apply(old)
    assert.deepEqual(await runsAs(model), ['/one/Conv integer', '/two/Conv integer', '/fc/Gemm integer'])
  })

  it('run products in integers behind which a Relu cuts off, and the last with floats as it gives them', async () => {
    const { model } = await apply(mlpModel())
    assert.deepEqual(await runsAs(model), ['h integer', 'logits integer'])
  })

  it('run a MatMul with an Add behind it in integers, of two dimensions as of three', async () => {
    for (const dims of [
      ['batch', 8],
      ['batch', 2, 8],
    ]) {
      const model = makeModel(
        makeGraph({
          name: 'projection',
          inputs: [makeValue('x', DataType.FLOAT, dims)],
          outputs: [makeValue('y', DataType.FLOAT, [...dims.slice(0, -1), 4])],
          nodes: [makeNode('MatMul', ['x', 'w'], ['p']), makeNode('Add', ['p', 'b'], ['y'])],
          weights: [testWeights('w', [8, 4]), testWeights('b', [4])],
        }),
      )
      const result = await apply(model)
      assert.deepEqual(await runsAs(result.model), ['p integer'])
      assert.ok(compareOutputs(await runModel(model), await runModel(result.model)) < 0.03)
    }
  })

  it('keep the sum of two branches in integers', async () => {
    const model = makeModel(
      makeGraph({
        name: 'residual',
        inputs: [makeValue('x', DataType.FLOAT, ['batch', 4, 6, 6])],
        outputs: [makeValue('y', DataType.FLOAT, ['batch', 4, 4, 4])],
        nodes: [
          makeNode('Conv', ['x', 'k1'], ['a']),
          makeNode('Conv', ['x', 'k2'], ['b']),
          makeNode('Relu', ['b'], ['r']),
          makeNode('Add', ['a', 'r'], ['s']),
          makeNode('Relu', ['s'], ['t']),
          makeNode('Conv', ['t', 'k3'], ['y']),
        ],
        weights: [testWeights('k1', [4, 4, 3, 3]), testWeights('k2', [4, 4, 3, 3]), testWeights('k3', [4, 4, 1, 1])],
      }),
    )
    const result = await apply(model)
    const { operators } = await readOptimized(host, writeModel(result.model))
    assert.deepEqual([operators.get('com.microsoft.QLinearAdd'), operators.get('Add')], [1, undefined])
    assert.deepEqual([operators.get('QuantizeLinear'), operators.get('DequantizeLinear')], [1, 1])
    assert.ok(compareOutputs(await runModel(model), await runModel(result.model)) < 0.06)
  })

  it('need data', async () => {
    const { calibrate: _without, ...context } = testContext
    await assert.rejects(() => applyPass(findPass('static-int8'), net(), {}, context), {
      code: 'INVALID_PARAMETER_VALUE',
      hint: /--data/,
    })
  })
})
