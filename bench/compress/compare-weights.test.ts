import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { makeGraph, makeModel } from '../../src/onnx/build-graph.ts'
import { makeTensor } from '../../src/onnx/tensor.ts'
import { compareWeights } from './compare-weights.ts'

const modelOf = (weights: TensorProto[]) =>
  makeModel(makeGraph({ name: 'weights', inputs: [], outputs: [], nodes: [], weights }))
const integers = (name: string, values: readonly number[], dims: readonly number[] = [values.length, 1]) =>
  makeTensor(name, DataType.INT8, dims, values)
const blocks = (name: string, values: readonly number[]) =>
  makeTensor(name, DataType.UINT8, [values.length, 1, 1], values)

it('counts bytes that differ, of weights by what they were made of', () => {
  const ours = modelOf([integers('a_quantized', [1, 2, 3, 4]), blocks('b_q4', [5, 6]), integers('c_gates', [7])])
  const peer = modelOf([
    integers('a_Transposed_quantized', [1, 2, 0, 4]),
    blocks('b_Q4', [5, 6]),
    integers('c_quantized', [8]),
  ])
  assert.deepEqual(compareWeights(ours, peer), { bytes: 7, different: 2 })
})

it('counts a weight as a whole that ours leaves alone or has in another shape, and none that ours has beyond', () => {
  const ours = modelOf([integers('a_quantized', [1, 2, 3, 4], [2, 2]), integers('more_quantized', [1])])
  const peer = modelOf([integers('a_quantized', [1, 2, 3, 4], [4, 1]), integers('b_quantized', [1, 2, 3])])
  assert.deepEqual(compareWeights(ours, peer), { bytes: 7, different: 7 })
})

it('leaves zero points, scales, biases and constants that are activations out', () => {
  const other = (value: number) =>
    modelOf([
      integers('a_zero_point', [value]),
      integers('single_quantized', [value], [1]),
      makeTensor('a_scale', DataType.FLOAT, [], [value]),
      makeTensor('bias_quantized', DataType.INT32, [1], [value]),
      blocks('added_quantized', [value]),
    ])
  assert.deepEqual(compareWeights(other(1), other(2)), { bytes: 0, different: 0 })
})
