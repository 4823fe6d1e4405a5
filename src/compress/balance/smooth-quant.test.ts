import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ModelProto, type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

const apply = (model: ModelProto, options: Readonly<Record<string, unknown>> = {}) =>
  applyPass(findPass('smooth-quant'), model, options, testContext)

/** Factors of 64 channels, of which two are far from the others. */
const outliers = (name: string) =>
  makeTensor(
    name,
    DataType.FLOAT,
    [64],
    Float32Array.from({ length: 64 }, (_, at) => (at === 5 ? 150 : at === 40 ? 60 : 1)),
  )

/** `x` [batch, 64] through nodes that make `h`, which two products take. */
function branching(nodes: readonly NodeProto[], weights: readonly TensorProto[], outputs: readonly string[] = []) {
  return makeModel(
    makeGraph({
      name: 'branching',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 64])],
      outputs: ['y', ...outputs].map((name) => makeValue(name, DataType.FLOAT, ['batch', 64])),
      nodes: [
        ...nodes,
        makeNode('MatMul', ['h', 'a'], ['left']),
        makeNode('Gemm', ['h', 'b'], ['right']),
        makeNode('Add', ['left', 'right'], ['y']),
      ],
      weights: [...weights, testWeights('a', [64, 64]), testWeights('b', [64, 64])],
    }),
  )
}

const normalized = (outputs: readonly string[] = []) =>
  branching(
    [makeNode('LayerNormalization', ['x', 'gain', 'shift'], ['h'])],
    [outliers('gain'), testWeights('shift', [64])],
    outputs,
  )

const operators = ({ graph }: ModelProto) => graph?.node.map(({ opType }) => opType)

describe('balancing of activations', () => {
  it('changes no answer by a bit, and makes integers after it more exact', async () => {
    const original = normalized()
    const balanced = (await apply(original)).model
    const answers = await runModel(original)
    assert.equal(compareOutputs(answers, await runModel(balanced)), 0)
    const error = async (model: ModelProto) => {
      const { model: small } = await applyPass(findPass('dynamic-int8'), model, {}, testContext)
      return compareOutputs(answers, await runModel(small))
    }
    const [without, after] = [await error(original), await error(balanced)]
    assert.ok(after < without / 2, `${after} after it, ${without} without`)
  })

  it('divides by weights of a normalization, of a product with its bias and of factors, at no cost', async () => {
    const models = [
      normalized(),
      branching(
        [
          makeNode('Gemm', ['x', 'c', 'd'], ['g']),
          makeNode('Mul', ['g', 'gain'], ['m']),
          makeNode('Relu', ['m'], ['h']),
        ],
        [outliers('gain'), testWeights('c', [64, 64]), testWeights('d', [64])],
      ),
      branching(
        [makeNode('Mul', ['x', 'gain'], ['m']), makeNode('Add', ['shift', 'm'], ['h'])],
        [outliers('gain'), testWeights('shift', [1, 64])],
      ),
    ]
    for (const model of models) {
      const { model: balanced, changes } = await apply(model)
      assert.deepEqual(operators(balanced), operators(model))
      assert.ok(changes.some(({ what }) => what === 'balanced with weights before it'))
      assert.equal(compareOutputs(await runModel(model), await runModel(balanced)), 0)
    }
  })

  it('puts one Mul before the products where others take the value too, unless that is not wanted', async () => {
    const model = normalized(['h'])
    const { model: balanced } = await apply(model)
    assert.deepEqual(operators(balanced), ['LayerNormalization', 'Mul', 'MatMul', 'Gemm', 'Add'])
    assert.equal(compareOutputs(await runModel(model), await runModel(balanced)), 0)
    await assert.rejects(() => apply(model, { insert: false }), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })

  it('puts a Mul only where rounding loses so many times less for it', async () => {
    const model = normalized(['h'])
    const gainful = async (gain: number) => operators((await apply(model, { gain })).model)?.includes('Mul')
    assert.equal(await gainful(10), true)
    await assert.rejects(() => apply(model, { gain: 1e6 }), { code: 'COMPRESSION_NOT_APPLICABLE' })
    // What weights before it take up costs nothing, so it is done for less.
    const { changes } = await apply(normalized(), { gain: 1e6 })
    assert.ok(changes.every(({ what }) => what === 'balanced with weights before it'))
  })

  it('needs data', async () => {
    const { findChannelPeaks: _without, ...context } = testContext
    await assert.rejects(() => applyPass(findPass('smooth-quant'), normalized(), {}, context), {
      code: 'INVALID_PARAMETER_VALUE',
      hint: /--data/,
    })
  })
})
