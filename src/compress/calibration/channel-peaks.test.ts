import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { testChannelPeaks } from '../test-calibration.ts'
import { weightsInMemory } from '../weights.ts'

const scaled = (factors: readonly number[]) =>
  makeModel(
    makeGraph({
      name: 'scaled',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 2, 4])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 2, 4])],
      nodes: [makeNode('Mul', ['x', 'f'], ['y'])],
      weights: [makeTensor('f', DataType.FLOAT, [factors.length], factors)],
    }),
  )

it('finds the greatest magnitude of each channel, over all samples', async () => {
  const peaks = await testChannelPeaks(scaled([1, -8, 0, 0.5]), ['x', 'y'], { samples: 48, weights: weightsInMemory })
  const [x, y] = [peaks.get('x'), peaks.get('y')]
  assert.ok(x !== undefined && x.every((peak) => peak > 0.9 && peak <= 1))
  assert.deepEqual(
    Array.from(y ?? []),
    Array.from(x, (peak, channel) => peak * ([1, 8, 0, 0.5][channel] ?? 0)),
  )
})

it('refuses what is no finite number, whenever it was seen', async () => {
  await assert.rejects(
    () => testChannelPeaks(scaled([1, Infinity, 1, 1]), ['y'], { samples: 48, weights: weightsInMemory }),
    {
      code: 'BAD_REQUEST',
      message: /the value “y” of the model is not always a finite number/,
    },
  )
})
