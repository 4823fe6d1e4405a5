import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { writeModel } from '../../onnx/model.ts'
import { readTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { applyPass, findPass } from '../apply-pass.ts'
import { testContext } from '../test-runtime.ts'

const rows = 50

/** Rows of a table by the places of `words`; the same table twice. */
function tableModel(columns: number): ModelProto {
  return makeModel(
    makeGraph({
      name: 'table',
      inputs: [makeValue('words', DataType.INT64, ['length'])],
      outputs: ['y', 'z'].map((name) => makeValue(name, DataType.FLOAT, ['length', columns])),
      nodes: ['y', 'z'].map((name) => makeNode('Gather', ['table', 'words'], [name])),
      weights: [testWeights('table', [rows, columns])],
    }),
  )
}

const apply = (columns: number, options: Readonly<Record<string, unknown>>) =>
  applyPass(findPass('weight-int4'), tableModel(columns), options, testContext)

const operators = ({ graph }: ModelProto) => graph?.node.map(({ opType }) => opType)

describe('a table of 4 bits', () => {
  for (const symmetric of [false, true]) {
    it(`gives each number at most half a step of its block from what it was, symmetric ${symmetric}`, async () => {
      const { model, changes } = await apply(64, { blockSize: '32', symmetric })
      assert.deepEqual(operators(model), ['GatherBlockQuantized', 'GatherBlockQuantized'])
      assert.deepEqual(
        changes.map(({ from, to }) => [from, to]),
        [
          ['float32', 'uint4'],
          ['float32', 'uint4'],
        ],
      )
      assert.equal(model.graph?.initializer.length, symmetric ? 2 : 3)
      const session = await InferenceSession.create(writeModel(model))
      const { y, z } = await session.run({ words: new Tensor('int64', BigInt64Array.of(0n, 49n, 7n), [3]) })
      await session.release()
      const table = readTensor(testWeights('table', [rows, 64]))
      assert.ok(y?.data instanceof Float32Array)
      assert.deepEqual(y.data, z?.data)
      // Symmetric blocks end one step below what would be the greatest number.
      const most = ((2 * 0.3) / 15) * (symmetric ? 1.01 : 0.51)
      for (const [index, value] of y.data.entries()) {
        const row = [0, 49, 7][Math.floor(index / 64)] ?? 0
        assert.ok(Math.abs(value - Number(table[row * 64 + (index % 64)])) <= most)
      }
    })
  }

  it('is one of 8 bits where that is said, or where its rows are no whole number of blocks', async () => {
    const rowsOf8 = ['Gather', 'Cast', 'Gather', 'Mul']
    assert.deepEqual(operators((await apply(64, { blockSize: '32', embeddingBits: '8' })).model), [
      ...rowsOf8,
      ...rowsOf8,
    ])
    assert.deepEqual(operators((await apply(48, { blockSize: '32' })).model), [...rowsOf8, ...rowsOf8])
    await assert.rejects(() => apply(64, { embeddings: false }), { code: 'COMPRESSION_NOT_APPLICABLE' })
  })
})
