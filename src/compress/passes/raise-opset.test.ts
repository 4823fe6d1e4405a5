import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf'
import {
  floatAttribute,
  floatsAttribute,
  intAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
  textAttribute,
} from '../../onnx/build-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { ifModel, testWeights } from '../../onnx/test-models.ts'
import { applyPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'
import raiseOpset from './raise-opset.ts'

interface Case {
  readonly what: string
  readonly opset: number
  /** From `x` [2, 3, 4, 4] to `y`, between a Relu and a Neg. */
  readonly nodes: readonly NodeProto[]
  readonly weights?: readonly TensorProto[]
  readonly dims?: readonly (number | string)[]
  /** Operators that stand for those of `nodes`. */
  readonly operators?: readonly string[]
}

const one = (opType: string, attributes: readonly AttributeProto[], inputs: readonly string[] = []) => [
  makeNode(opType, ['x', ...inputs], ['y'], attributes),
]

function modelOf({
  opset,
  nodes,
  weights = [],
  dims = [],
}: Pick<Case, 'opset' | 'nodes' | 'weights' | 'dims'>): ModelProto {
  const inputs = [makeValue('x', DataType.FLOAT, [2, 3, 4, 4])]
  const outputs = [makeValue('y', DataType.FLOAT, dims)]
  const graph = makeGraph({ name: 'g', inputs, outputs, nodes, weights })
  if (dims.length === 0) delete graph.output[0]?.type
  return makeModel(graph, { opset, irVersion: 4 })
}

const raise = (model: ModelProto) => applyPass(raiseOpset, model, {}, testContext)

const perChannel = ['scale', 'shift', 'mean'].map((name) => testWeights(name, [3]))
const variance = makeTensor('variance', DataType.FLOAT, [3], [1, 2, 3])
const scales = makeTensor('scales', DataType.FLOAT, [4], [1, 1, 2, 3])

const cases: readonly Case[] = [
  {
    what: 'BatchNormalization',
    opset: 7,
    nodes: one('BatchNormalization', [intAttribute('spatial', 1)], ['scale', 'shift', 'mean', 'variance']),
    weights: [...perChannel, variance],
  },
  { what: 'Clip', opset: 7, nodes: one('Clip', [floatAttribute('min', -0.5), floatAttribute('max', 0.25)]) },
  { what: 'Clip of one side', opset: 9, nodes: one('Clip', [floatAttribute('max', 0.25)]) },
  { what: 'Dropout', opset: 10, nodes: one('Dropout', [floatAttribute('ratio', 0.5)]) },
  { what: 'Pad', opset: 10, nodes: one('Pad', [intsAttribute('pads', [0, 0, 1, 0, 0, 0, 0, 2])]) },
  {
    what: 'Pad by a number',
    opset: 7,
    nodes: one('Pad', [intsAttribute('pads', [0, 0, 1, 0, 0, 0, 0, 2]), floatAttribute('value', 3)]),
  },
  {
    what: 'ReduceSum',
    opset: 12,
    nodes: one('ReduceSum', [intsAttribute('axes', [1, 2]), intAttribute('keepdims', 0)]),
  },
  { what: 'ReduceSum of all', opset: 12, nodes: one('ReduceSum', []) },
  {
    what: 'Slice',
    opset: 9,
    nodes: one('Slice', [
      intsAttribute('starts', [1, 0]),
      intsAttribute('ends', [3, 9]),
      intsAttribute('axes', [2, 3]),
    ]),
  },
  {
    what: 'Slice of the first dimensions',
    opset: 7,
    nodes: one('Slice', [intsAttribute('starts', [0, 1]), intsAttribute('ends', [1, 3])]),
  },
  {
    what: 'Softmax over what follows',
    opset: 11,
    nodes: one('Softmax', [intAttribute('axis', 2)]),
    operators: ['Shape', 'Flatten', 'Softmax', 'Reshape'],
  },
  {
    what: 'Softmax without an axis',
    opset: 7,
    nodes: one('Softmax', []),
    operators: ['Shape', 'Flatten', 'Softmax', 'Reshape'],
  },
  {
    what: 'LogSoftmax of the last dimension',
    opset: 11,
    nodes: one('LogSoftmax', [intAttribute('axis', 3)]),
    operators: ['LogSoftmax'],
  },
  {
    what: 'Softmax of the last dimension, by its number from the end',
    opset: 12,
    nodes: one('Softmax', [intAttribute('axis', -1)]),
    operators: ['Softmax'],
  },
  {
    what: 'Split',
    opset: 11,
    nodes: [
      makeNode('Split', ['x'], ['a', 'b'], [intAttribute('axis', 1), intsAttribute('split', [1, 2])]),
      makeNode('Concat', ['b', 'a'], ['y'], [intAttribute('axis', 1)]),
    ],
  },
  {
    what: 'Split in halves',
    opset: 11,
    nodes: [makeNode('Split', ['x'], ['a', 'b'], [intAttribute('axis', 0)]), makeNode('Sub', ['a', 'b'], ['y'])],
  },
  {
    what: 'Squeeze and Unsqueeze',
    opset: 11,
    nodes: [
      makeNode('Unsqueeze', ['x'], ['u'], [intsAttribute('axes', [0, 3])]),
      makeNode('Squeeze', ['u'], ['y'], [intsAttribute('axes', [3])]),
    ],
  },
  {
    what: 'TopK',
    opset: 9,
    nodes: [makeNode('TopK', ['x'], ['y', 'places'], [intAttribute('k', 2), intAttribute('axis', 3)])],
  },
  {
    what: 'Upsample by attributes',
    opset: 7,
    nodes: one('Upsample', [floatsAttribute('scales', [1, 1, 2, 3]), textAttribute('mode', 'nearest')]),
    operators: ['Resize'],
  },
  {
    what: 'Upsample by a weight',
    opset: 9,
    nodes: one('Upsample', [textAttribute('mode', 'linear')], ['scales']),
    weights: [scales],
  },
  { what: 'Resize', opset: 10, nodes: one('Resize', [], ['scales']), weights: [scales] },
]

describe('a model of newer operators', () => {
  for (const each of cases) {
    it(`answers as before: ${each.what} of opset ${each.opset}`, async () => {
      const model = modelOf(each)
      const { model: raised } = await raise(model)
      assert.equal(raised.opsetImport[0]?.version, 13n)
      assert.equal(compareOutputs(await runModel(model), await runModel(raised)), 0)
      if (each.operators !== undefined)
        assert.deepEqual(
          raised.graph?.node.map(({ opType }) => opType),
          each.operators,
        )
    })
  }

  it('has newer operators in graphs inside of nodes too', async () => {
    const model = ifModel()
    model.opsetImport.forEach((each) => (each.version = 11n))
    const branch = model.graph?.node[0]?.attribute[1]?.g
    assert.ok(branch?.node[0])
    Object.assign(branch.node[0], { output: ['sum'], name: 'sum' })
    branch.node.push(
      makeNode('Clip', ['sum'], ['wide'], []),
      makeNode('Softmax', ['wide'], ['else_y'], [intAttribute('axis', 1)]),
    )
    const { model: raised } = await raise(model)
    assert.equal(compareOutputs(await runModel(model, 2), await runModel(raised, 2)), 0)
  })
})

describe('newer operators are refused', () => {
  const refusal = (message: RegExp) => ({ code: 'COMPRESSION_NOT_APPLICABLE', message })
  const refused = (each: Pick<Case, 'opset' | 'nodes' | 'weights'>, message: RegExp) =>
    assert.rejects(async () => raise(modelOf(each)), refusal(message))

  it('to a model that has them, or that is older than those that are understood', async () => {
    await refused({ opset: 13, nodes: one('Relu', []) }, /opset 13 already/)
    await refused({ opset: 6, nodes: one('Relu', []) }, /opset 6, and 7 is the oldest/)
  })

  it('where none does what an operator did, which is named', async () => {
    await refused(
      { opset: 7, nodes: one('BatchNormalization', [intAttribute('spatial', 0)]) },
      /BatchNormalization “y” normalizes each place/,
    )
    await refused(
      {
        opset: 10,
        nodes: one('Resize', [], ['scales']),
        weights: [makeTensor('scales', DataType.FLOAT, [4], [1, 1, 0.5, 1])],
      },
      /Resize “y” takes the nearest values/,
    )
    const masked = [makeNode('Dropout', ['x'], ['d', 'mask']), makeNode('Mul', ['d', 'mask'], ['y'])]
    await refused({ opset: 7, nodes: masked }, /Dropout “d” gives its mask/)
    const asked = modelOf({ opset: 7, nodes: [makeNode('Dropout', ['x'], ['y', 'mask'])] })
    asked.graph?.output.push(makeValue('mask', DataType.FLOAT, [2, 3, 4, 4]))
    await assert.rejects(raise(asked), refusal(/Dropout “y” gives its mask/))
  })

  it('where a number would have to have a type that is not known', async () => {
    const nodes = [
      makeNode('Cast', ['x'], ['h'], [intAttribute('to', DataType.FLOAT16)]),
      makeNode('Clip', ['h'], ['y'], [floatAttribute('min', 0)]),
    ]
    await refused({ opset: 10, nodes }, /Clip “y” needs a number of its own type/)
  })
})
