import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
} from '../../onnx/build-graph.ts'
import { describeModel } from '../../onnx/describe-model.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { isRefusal } from '../../onnx/test-refusal.ts'
import { weightsOfRank } from '../../onnx/test-wide-models.ts'
import { applyPass } from '../apply-pass.ts'
import lowRank from '../passes/low-rank.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

/** Conv 3 × 3 with stride → MatMul by its channels' means → Gemm with transB and factors. */
function deepModel(rank: number): ModelProto {
  return makeModel(
    makeGraph({
      name: 'deep',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 32, 9, 9])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 48])],
      nodes: [
        makeNode(
          'Conv',
          ['x', 'kernel', 'kernel_bias'],
          ['c'],
          [
            intsAttribute('kernel_shape', [3, 3]),
            intsAttribute('pads', [1, 1, 1, 1]),
            intsAttribute('strides', [2, 2]),
          ],
        ),
        makeNode('Relu', ['c'], ['r']),
        makeNode('GlobalAveragePool', ['r'], ['p']),
        makeNode('Flatten', ['p'], ['f']),
        makeNode('MatMul', ['f', 'w1'], ['m']),
        makeNode('Tanh', ['m'], ['t']),
        makeNode(
          'Gemm',
          ['t', 'w2', 'b2'],
          ['y'],
          [intAttribute('transB', 1), floatAttribute('alpha', 0.5), floatAttribute('beta', 2)],
        ),
      ],
      weights: [
        weightsOfRank('kernel', [40, 32, 3, 3], rank),
        testWeights('kernel_bias', [40]),
        weightsOfRank('w1', [40, 64], rank),
        weightsOfRank('w2', [48, 64], rank),
        testWeights('b2', [48]),
      ],
    }),
  )
}

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

async function changed(model: ModelProto, options: Readonly<Record<string, unknown>>) {
  const result = await applyPass(lowRank, model, options, testContext)
  const error = compareOutputs(await runModel(model), await runModel(result.model))
  return { ...result, error }
}

describe('layers of low rank', () => {
  it('give what they gave, when the weight is of that rank: Conv, MatMul and Gemm', async () => {
    const { model, changes, error } = await changed(deepModel(5), { energy: 1, roundTo: 8 })
    assert.ok(error < 1e-5, String(error))
    assert.deepEqual(
      changes.map(({ name, from, to }) => [name, from, to]),
      [
        ['Conv “c”', '40 × 288', '40 × 8 × 288'],
        ['MatMul “m”', '40 × 64', '40 × 8 × 64'],
        ['Gemm “y”', '48 × 64', '48 × 8 × 64'],
      ],
    )
    const before = describeModel(deepModel(5)).weights.parameters
    const after = describeModel(model).weights.parameters
    assert.equal(before - after, 40 * 288 - 328 * 8 + 40 * 64 - 104 * 8 + 48 * 64 - 112 * 8)
  })

  it('keep as many directions as the wanted energy takes, and tell how much that is', async () => {
    const { model, changes, error } = await changed(deepModel(12), { energy: 0.9, roundTo: 1, convolutions: false })
    assert.ok(error > 1e-4 && error < 0.5, String(error))
    for (const { what } of changes) {
      const [, rank = '', energy = ''] = /rank (\d+), with ([\d.]+) %/.exec(what) ?? []
      assert.ok(Number(rank) >= 1 && Number(rank) < 12 && Number(energy) >= 90, what)
    }
    assert.equal(changes.length, 2)
    assert.equal(graphOf(model).node.filter(({ opType }) => opType === 'Conv').length, 1)
  })

  it('have the wanted share of parameters at most', async () => {
    const { changes } = await changed(deepModel(30), { by: 'parameters', parameters: 0.25, roundTo: 2 })
    for (const { bytesBefore, bytesAfter } of changes) assert.ok(bytesAfter <= bytesBefore / 4 && bytesAfter > 0)
    assert.deepEqual(
      changes.map(({ to }) => to),
      ['40 × 8 × 288', '40 × 6 × 64', '48 × 6 × 64'],
    )
  })

  it('are refused where they would save nothing, with the reason', async () => {
    await assert.rejects(
      async () => changed(deepModel(40), { energy: 1 }),
      (error) => isRefusal(error, 'COMPRESSION_NOT_APPLICABLE', /two parts of a rank .* keep 100 % of its energy/),
    )
    const empty = makeModel(
      makeGraph({
        name: 'g',
        inputs: [makeValue('x', DataType.FLOAT, [1])],
        outputs: [makeValue('y', DataType.FLOAT, [1])],
        nodes: [makeNode('Relu', ['x'], ['y'])],
      }),
    )
    await assert.rejects(
      async () => changed(empty, {}),
      (error) => isRefusal(error, 'COMPRESSION_NOT_APPLICABLE', /no MatMul, Gemm or Conv/),
    )
  })

  it('are not made of a weight that is no number, which is named', async () => {
    const model = deepModel(5)
    const graph = graphOf(model)
    graph.initializer = graph.initializer.map((tensor) =>
      tensor.name === 'w1'
        ? makeTensor('w1', DataType.FLOAT, [40, 64], new Float32Array(2560).fill(Number.NaN))
        : tensor,
    )
    await assert.rejects(applyPass(lowRank, model, { energy: 1, roundTo: 8 }, testContext), {
      code: 'BAD_REQUEST',
      message: 'The tensor “w1” has values that are no finite numbers.',
    })
  })

  it('share the parts of a weight that two layers have', async () => {
    const model = deepModel(5)
    const graph = graphOf(model)
    graph.node.push(makeNode('MatMul', ['f', 'w1'], ['other']))
    graph.output.push(makeValue('other', DataType.FLOAT, ['batch', 64]))
    const { model: made, error } = await changed(model, { energy: 1, roundTo: 8 })
    assert.ok(error < 1e-5)
    assert.equal(graphOf(made).initializer.filter(({ name }) => name.startsWith('w1')).length, 2)
  })
})
