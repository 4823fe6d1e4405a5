import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { graphAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { eachGraph } from '../../onnx/graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

/** Both branches multiply `x` [batch, 64] by the same rows of a weight around them, turned, one after a Relu. */
function choiceModel(): ModelProto {
  const branch = (name: string): GraphProto => {
    const own = (each: string) => `${name}_${each}`
    const indices = (each: string, value: number) => makeTensor(own(each), DataType.INT64, [1], [value])
    const input = name === 'then' ? 'x' : own('relu')
    return makeGraph({
      name,
      inputs: [],
      outputs: [makeValue(own('y'), DataType.FLOAT, ['batch', 32])],
      nodes: [
        makeNode('Slice', ['w', own('start'), own('end')], [own('rows')]),
        makeNode('Transpose', [own('rows')], [own('turned')]),
        ...(name === 'then' ? [] : [makeNode('Relu', ['x'], [input])]),
        makeNode('MatMul', [input, own('turned')], [own('y')]),
      ],
      weights: [indices('start', 8), indices('end', 40)],
    })
  }
  return makeModel(
    makeGraph({
      name: 'choice',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 64]), makeValue('big', DataType.BOOL, [])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 32])],
      nodes: [
        makeNode(
          'If',
          ['big'],
          ['y'],
          [graphAttribute('then_branch', branch('then')), graphAttribute('else_branch', branch('else'))],
        ),
      ],
      weights: [testWeights('w', [64, 64])],
    }),
  )
}

const weightsOf = ({ graph }: ModelProto) =>
  (graph === undefined ? [] : eachGraph(graph)).map(({ initializer }) => initializer.map(({ dims }) => dims.join('×')))

async function apply(pass: string, model: ModelProto): Promise<ModelProto> {
  return (await applyPass(findPass(pass), model, {}, testContext)).model
}

describe('constants of graphs inside of others', () => {
  it('become one weight of the graph around, when each branch computes the same', async () => {
    const clean = await apply('clean-up', choiceModel())
    assert.deepEqual(weightsOf(clean), [['64×32'], [], []])
    const operators = (clean.graph === undefined ? [] : eachGraph(clean.graph)).flatMap(({ node }) => node)
    assert.deepEqual(
      operators.map(({ opType }) => opType),
      ['If', 'MatMul', 'Relu', 'MatMul'],
    )
    for (const seed of [1, 2]) {
      assert.equal(compareOutputs(await runModel(choiceModel(), seed), await runModel(clean, seed)), 0)
    }
  })

  it('have integers in common afterwards, by each pass that multiplies or stores them', async () => {
    const clean = await apply('clean-up', choiceModel())
    for (const pass of ['dynamic-int8', 'weight-int8', 'int8-storage']) {
      const small = await apply(pass, clean)
      const [outer = [], ...inner] = weightsOf(small)
      assert.ok(
        outer.some((dims) => dims.startsWith('64×32') || dims.startsWith('32×')),
        `${pass}: ${outer.join(', ')}`,
      )
      assert.deepEqual(inner, [[], []], pass)
      assert.ok(compareOutputs(await runModel(clean), await runModel(small)) < 0.02)
    }
  })
})
