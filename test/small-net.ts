import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../src/onnx/build-graph.ts'
import { testWeights } from '../src/onnx/test-models.ts'

/** Of an input. */
const width = 256

/** `x` by two matrices with Relu between them: large enough to be much faster in integers, on whatever processor. */
export function smallNet() {
  return makeModel(
    makeGraph({
      name: 'net',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', width])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 4])],
      nodes: [
        makeNode('MatMul', ['x', 'w1'], ['h']),
        makeNode('Relu', ['h'], ['r']),
        makeNode('MatMul', ['r', 'w2'], ['y']),
      ],
      weights: [testWeights('w1', [width, 1024]), testWeights('w2', [1024, 4])],
    }),
  )
}

/** What its inputs are near to. */
const kinds = 5

/** Inputs of it that are of a few kinds, each a little different: its answers are clear, and stay so in integers. */
export function smallNetSamples(count: number) {
  const data = Float32Array.from({ length: count * width }, (_, index) => {
    const kind = Math.floor(index / width) % kinds
    // Of these the best answer is far from the second.
    return Math.sin((kind + 7) * ((index % width) + 1) * 29.87654) + 0.05 * Math.cos(index ** 1.3)
  })
  return new Map([['x', { dtype: 'float32', dims: [count, width], data } as const]])
}
