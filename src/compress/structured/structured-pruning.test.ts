import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf'
import { intAttribute, intsAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { describeModel } from '../../onnx/describe-model.ts'
import { makeTensor, readTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { refusesLater } from '../../onnx/test-refusal.ts'
import { halfWeights, residualModel, transformerModel } from '../../onnx/test-wide-models.ts'
import { applyPass } from '../apply-pass.ts'
import structuredPruning from '../passes/structured-pruning.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

async function prune(model: ModelProto, options: Readonly<Record<string, unknown>> = {}) {
  const result = await applyPass(structuredPruning, model, options, testContext)
  return { ...result, error: compareOutputs(await runModel(model), await runModel(result.model)) }
}

/** Dimensions of the weight that each node takes, by the name of the node. */
function sizes({ model }: { readonly model: ModelProto }): Readonly<Record<string, string>> {
  const { node, initializer } = graphOf(model)
  const found = node.flatMap(({ name, input }) => {
    const weight = initializer.find((tensor) => tensor.name === input[1] && tensor.dataType === DataType.FLOAT)
    return weight === undefined || weight.dims.length < 2 ? [] : [[name, weight.dims.join('×')] as const]
  })
  return Object.fromEntries(found)
}

/** A model of `x` [batch, 4, 6, 6]. */
function imageModel(
  nodes: readonly NodeProto[],
  weights: readonly TensorProto[],
  output: readonly (number | string)[],
) {
  return makeModel(
    makeGraph({
      name: 'g',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 4, 6, 6])],
      outputs: [makeValue('y', DataType.FLOAT, output)],
      nodes,
      weights,
    }),
  )
}

const padded = intsAttribute('pads', [1, 1, 1, 1])

describe('structured pruning', () => {
  it('shrinks convolutions, their normalizations, a shortcut and the layer behind Flatten, of channels that do nothing', async () => {
    const made = await prune(residualModel())
    assert.ok(made.error < 1e-6, String(made.error))
    assert.deepEqual(sizes(made), { one_c: '16×3×3×3', two_c: '32×16×3×3', three_c: '16×32×3×3', y: '256×5' })
    const [before, after] = [residualModel(), made.model].map((model) => describeModel(model).weights.parameters)
    assert.ok(Number(after) < 0.3 * Number(before))
    assert.deepEqual(made.skipped, [{ name: 'Gemm “y”', why: 'it is an output of the model' }])
  })

  it('takes whole heads of attention, and neurons, and leaves what is added to the input as it is', async () => {
    const made = await prune(transformerModel())
    assert.ok(made.error < 1e-6, String(made.error))
    assert.deepEqual(sizes(made), {
      ...Object.fromEntries(['q', 'k', 'v'].map((name) => [`${name}_plain`, '64×32'])),
      out: '32×64',
      masked: '1×1×6×6',
      up_plain: '64×64',
      down: '64×64',
    })
    assert.deepEqual(
      made.skipped?.map(({ name }) => name),
      ['MatMul “out”', 'MatMul “down”'],
    )
  })

  it('takes neurons of dense layers, with their biases, whichever way a weight lies', async () => {
    const nodes = [
      makeNode('Flatten', ['x'], ['flat']),
      makeNode('Gemm', ['flat', 'a', 'a_bias'], ['one'], [intAttribute('transB', 1)]),
      makeNode('Relu', ['one'], ['r']),
      makeNode('Gemm', ['r', 'b', 'b_bias'], ['two']),
      makeNode('Tanh', ['two'], ['t']),
      makeNode('Gemm', ['t', 'last'], ['y']),
    ]
    const weights = [
      halfWeights('a', [64, 144], 0),
      halfWeights('a_bias', [64], 0),
      halfWeights('b', [64, 32], 1),
      halfWeights('b_bias', [1, 32], 1),
      testWeights('last', [32, 3]),
    ]
    const made = await prune(imageModel(nodes, weights, ['batch', 3]))
    assert.ok(made.error < 1e-5, String(made.error))
    assert.deepEqual(sizes(made), { one: '32×144', two: '32×16', y: '16×3' })
  })

  it('takes those whose filters have the least norm, with the factors of the normalization behind them', async () => {
    const filters = makeTensor(
      'w',
      DataType.FLOAT,
      [4, 4, 1, 1],
      [4, 1, 3, 2].flatMap((size) => [size, -size, size, size]),
    )
    const parts = [
      [1, 9, -1, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]
    const nodes = [
      makeNode('Conv', ['x', 'w'], ['c']),
      makeNode('BatchNormalization', ['c', 'n0', 'n1', 'n2', 'n3'], ['n']),
      makeNode('Conv', ['n', 'v'], ['y']),
    ]
    const normal = parts.map((values, index) => makeTensor(`n${index}`, DataType.FLOAT, [4], values))
    const model = imageModel(nodes, [filters, ...normal, testWeights('v', [2, 4, 1, 1])], ['batch', 2, 6, 6])
    const { model: pruned } = await prune(model, { roundTo: 1 })
    const kept = graphOf(pruned).initializer.find(({ name }) => name === 'w_pruned')
    assert.ok(kept)
    // 4 · 1, 1 · 9, 3 · 1, 2 · 1
    assert.deepEqual([...readTensor(kept)], [4, -4, 4, 4, 1, -1, 1, 1])
  })

  it('knows where channels are after Concat, a filter for each, Pad, a mean over space and a turn of axes', async () => {
    const nodes = [
      makeNode('Conv', ['x', 'a', 'a_bias'], ['left'], [padded]),
      makeNode('Conv', ['x', 'b'], ['right'], [padded]),
      makeNode('PRelu', ['right', 'slope'], ['bent']),
      makeNode('Concat', ['left', 'bent'], ['both'], [intAttribute('axis', 1)]),
      makeNode('Pad', ['both', 'pads'], ['wide']),
      makeNode('Conv', ['wide', 'each', 'each_bias'], ['deep'], [intAttribute('group', 96)]),
      makeNode('Transpose', ['deep'], ['turned'], [intsAttribute('perm', [0, 2, 3, 1])]),
      makeNode('ReduceMean', ['turned'], ['mean'], [intsAttribute('axes', [1, 2]), intAttribute('keepdims', 0)]),
      makeNode('MatMul', ['mean', 'out'], ['y']),
    ]
    const weights = [
      halfWeights('a', [32, 4, 3, 3], 0),
      halfWeights('a_bias', [32], 0),
      halfWeights('b', [64, 4, 3, 3], 0),
      testWeights('slope', [64, 1, 1]),
      makeTensor('pads', DataType.INT64, [8], [0, 0, 1, 1, 0, 0, 1, 1].map(BigInt)),
      testWeights('each', [96, 1, 3, 3]),
      halfWeights('each_bias', [96], 0),
      testWeights('out', [96, 5]),
    ]
    const made = await prune(imageModel(nodes, weights, ['batch', 5]))
    assert.ok(made.error < 1e-5, String(made.error))
    assert.deepEqual(sizes(made), {
      left: '16×4×3×3',
      right: '32×4×3×3',
      bent: '32×1×1',
      deep: '48×1×3×3',
      y: '48×5',
    })
  })

  it('counts anew in a shape that has the number of all values, when it is known that they are one sample', async () => {
    const nodes = [
      makeNode('Conv', ['x', 'a'], ['c']),
      makeNode('Reshape', ['c', 'shape'], ['flat']),
      makeNode('Gemm', ['flat', 'w'], ['y'], [intAttribute('transB', 1)]),
    ]
    const weights = [
      halfWeights('a', [32, 4, 1, 1], 0),
      makeTensor('shape', DataType.INT64, [2], [-1n, 1152n]),
      testWeights('w', [3, 1152]),
    ]
    const model = imageModel(nodes, weights, ['batch', 3])
    await refusesLater('COMPRESSION_NOT_APPLICABLE', /takes channels apart/, async () =>
      applyPass(structuredPruning, model, {}, testContext),
    )
    graphOf(model).valueInfo.push(makeValue('c', DataType.FLOAT, ['batch', 32, 6, 6]))
    const made = await prune(model)
    assert.ok(made.error < 1e-5, String(made.error))
    const shape = graphOf(made.model).initializer.find(({ name }) => name === 'shape_pruned')
    assert.deepEqual(shape && [...readTensor(shape)], [-1n, 576n])
    assert.deepEqual(sizes(made), { c: '16×4×1×1', y: '3×576' })
  })

  it('keeps as many channels as are asked for, in whole steps', async () => {
    const widths = async (options: Readonly<Record<string, unknown>>) =>
      sizes(await prune(residualModel(), options))['two_c']
    assert.equal(await widths({ share: 0.9 }), '16×16×3×3')
    assert.equal(await widths({ share: 0.25 }), '48×32×3×3')
    assert.equal(await widths({ share: 0.25, roundTo: 1 }), '48×24×3×3')
    assert.equal(await widths({ share: 0.3, roundTo: 8, norm: 'l2' }), '48×24×3×3')
  })

  it('gives each layer its own part of a weight that two have', async () => {
    const nodes = [
      makeNode('Conv', ['x', 'a'], ['c1']),
      makeNode('Conv', ['c1', 'b'], ['c2']),
      makeNode('Conv', ['c2', 'b'], ['c3']),
      makeNode('Conv', ['c3', 'last'], ['y']),
    ]
    const weights = [
      halfWeights('a', [32, 4, 1, 1], 0),
      halfWeights('b', [32, 32, 1, 1], 0),
      testWeights('last', [3, 32, 1, 1]),
    ]
    const made = await prune(imageModel(nodes, weights, ['batch', 3, 6, 6]))
    assert.ok(made.error < 1e-5, String(made.error))
    assert.deepEqual(sizes(made), { c1: '16×4×1×1', c2: '16×16×1×1', c3: '16×16×1×1', y: '3×16×1×1' })
  })

  for (const [what, nodes, because] of [
    ['an operator that is not known', [makeNode('LRN', ['c'], ['n'], [intAttribute('size', 3)])], /LRN “n” takes it/],
    ['a sum of all channels', [makeNode('Softmax', ['c'], ['n'], [intAttribute('axis', 1)])], /divides by the sum/],
    [
      'a mean over channels',
      [makeNode('ReduceMean', ['c'], ['n'], [intsAttribute('axes', [1])])],
      /takes all channels/,
    ],
    ['an input of as many channels', [makeNode('Add', ['c', 'other'], ['n'])], /takes another value, of which/],
    ['a convolution in groups', [makeNode('Conv', ['c', 'grouped'], ['n'], [intAttribute('group', 2)])], /in groups/],
  ] as const) {
    it(`refuses ${what}, and says what it is`, async () => {
      const model = imageModel(
        [makeNode('Conv', ['x', 'a'], ['c']), ...nodes, makeNode('Identity', ['n'], ['y'])],
        [testWeights('a', [32, 4, 1, 1]), testWeights('grouped', [32, 16, 1, 1])],
        ['batch', 'channels', 6, 6],
      )
      graphOf(model).input.push(makeValue('other', DataType.FLOAT, ['batch', 32, 6, 6]))
      await refusesLater('COMPRESSION_NOT_APPLICABLE', because, async () =>
        applyPass(structuredPruning, model, {}, testContext),
      )
    })
  }
})
