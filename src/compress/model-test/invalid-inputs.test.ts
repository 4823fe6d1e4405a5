import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { writeModel } from '../../onnx/model.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { reluModel, reshapeModel } from '../../onnx/test-session-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import { testInvalidInputs } from './invalid-inputs.ts'

const context = { runtime: testRuntime, threads: 1, signal: new AbortController().signal }

/** Rows of a table of five by their numbers. */
const embedding = writeModel(
  makeModel(
    makeGraph({
      name: 'embedding',
      inputs: [makeValue('x', DataType.INT64, ['N'])],
      outputs: [makeValue('y', DataType.FLOAT, ['N', 3])],
      nodes: [makeNode('Gather', ['table', 'x'], ['y'])],
      weights: [testWeights('table', [5, 3])],
    }),
  ),
)

it(
  'numbers of words that there are not are refused by one model and taken by another',
  { timeout: 60_000 },
  async () => {
    const x = { dtype: 'int64', dims: [2], data: BigInt64Array.of(0n, 1n) } as const
    const found = await testInvalidInputs(
      { name: 'embedding.onnx', model: embedding },
      { name: 'same.onnx', model: reshapeModel('int64') },
      [{ name: 'x', dtype: 'int64', dims: ['N'] }],
      new Map([['x', x]]),
      context,
    )
    assert.deepEqual(
      found.map(({ name, original, candidate }) => [name, original, candidate]),
      [
        // Gather counts from the end: -1 is the last row.
        ['negative', 'answered', 'answered'],
        ['out-of-range', 'refused', 'answered'],
        ['empty', 'answered', 'answered'],
      ],
    )
  },
)

it(
  'a model of floats is given those that are none, and sizes as far as it leaves them open',
  { timeout: 60_000 },
  async () => {
    const model = { name: 'relu.onnx', model: reluModel() }
    const x = { dtype: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) } as const
    const signature = { name: 'x', dtype: 'float32', dims: ['N', 3] } as const
    const found = await testInvalidInputs(model, model, [signature], new Map([['x', x]]), context)
    assert.deepEqual(
      found.map(({ name, candidate }) => [name, candidate]),
      ['nan', 'infinity', 'huge', 'empty'].map((name) => [name, 'answered']),
    )
  },
)
