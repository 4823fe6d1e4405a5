import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GraphProto, type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { floatAttribute, intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { convModel, mlpModel, testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

function graphOf({ graph }: ModelProto): GraphProto {
  assert.ok(graph)
  return graph
}

/** `x` [batch, 70] by a matrix of 70 rows, then by two of 40. */
function wideModel(): ModelProto {
  return makeModel(
    makeGraph({
      name: 'wide',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 70])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 20]), makeValue('z', DataType.FLOAT, ['batch', 20])],
      nodes: [
        makeNode('MatMul', ['x', 'first'], ['h']),
        makeNode(
          'Gemm',
          ['h', 'second', 'bias'],
          ['y'],
          [intAttribute('transB', 1), floatAttribute('alpha', 0.5), floatAttribute('beta', 3)],
        ),
        makeNode('Gemm', ['h', 'second', 'bias'], ['z'], [intAttribute('transB', 1)]),
      ],
      weights: [testWeights('first', [70, 40]), testWeights('second', [20, 40]), testWeights('bias', [20])],
    }),
  )
}

const apply = (name: string, model: ModelProto, options = {}) => applyPass(findPass(name), model, options, testContext)

describe('weights of few bits', () => {
  for (const [name, options, most] of [
    ['weight-int8', {}, 0.01],
    ['weight-int8', { blockSize: '16', symmetric: true }, 0.01],
    ['weight-int8', { accuracy: 'int8' }, 0.05],
    ['weight-int4', { blockSize: '32' }, 0.15],
    ['weight-int4', { blockSize: '16', symmetric: true }, 0.15],
  ] as const) {
    it(`give nearly the same answers, by MatMul and Gemm alike: ${name} ${JSON.stringify(options)}`, async () => {
      const { model, changes } = await apply(name, wideModel(), options)
      const operators = graphOf(model).node.map(({ opType }) => opType)
      assert.deepEqual(operators, ['MatMulNBits', 'MatMulNBits', 'Add', 'MatMulNBits', 'Add'])
      assert.deepEqual(
        graphOf(model).initializer.filter(({ name: each }) => each === 'first' || each === 'second'),
        [],
      )
      assert.ok(changes.every(({ bytesBefore, bytesAfter }) => bytesAfter < bytesBefore))
      const error = compareOutputs(await runModel(wideModel()), await runModel(model))
      assert.ok(error > 0 && error < most, String(error))
    })
  }

  it('ask for the operators of ONNX Runtime', async () => {
    const { model } = await apply('weight-int4', wideModel())
    assert.deepEqual(
      model.opsetImport.map(({ domain, version }) => [domain, version]),
      [
        ['', 17n],
        ['com.microsoft', 1n],
      ],
    )
  })

  it('are packed once where two nodes multiply by them alike', async () => {
    const model = wideModel()
    for (const { attribute } of graphOf(model).node.slice(1)) attribute.length = 1
    const packed = await apply('weight-int8', model)
    assert.equal(graphOf(packed.model).initializer.filter(({ name }) => name.startsWith('second')).length, 3)
  })

  it('refuse a model whose matrices would need more space so, or that has none', async () => {
    const refusal = { code: 'COMPRESSION_NOT_APPLICABLE', message: /no MatMul, Gemm or Gather of a float32 matrix/ }
    await assert.rejects(async () => apply('weight-int8', mlpModel(), { blockSize: '256' }), refusal)
    const model = convModel()
    // A weight that callers may change.
    graphOf(model).input.push(makeValue('w', DataType.FLOAT, [64, 3]))
    await assert.rejects(async () => apply('weight-int4', model), refusal)
  })

  it('refuse a model that has a weight of no finite numbers', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const model = wideModel()
      const broken = makeTensor('first', DataType.FLOAT, [70, 40], new Float32Array(2800).fill(value, 7, 8))
      graphOf(model).initializer.splice(0, 1, broken)
      await assert.rejects(apply('weight-int8', model), {
        code: 'BAD_REQUEST',
        message: /“first” has values that are no finite/,
      })
    }
  })

  it('refuse a model whose matrices are needed as they are too', async () => {
    const model = wideModel()
    graphOf(model).node.push(makeNode('Neg', ['first'], ['f']), makeNode('Neg', ['second'], ['s']))
    graphOf(model).output.push(makeValue('f', DataType.FLOAT, [70, 40]), makeValue('s', DataType.FLOAT, [20, 40]))
    await assert.rejects(async () => apply('weight-int4', model), {
      code: 'COMPRESSION_NOT_APPLICABLE',
      message: /needed as they are elsewhere/,
    })
  })
})
