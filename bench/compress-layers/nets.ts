import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intsAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../src/onnx/build-graph.ts'
import { testWeights } from '../../src/onnx/test-models.ts'

/** Dimensions of `x`, of every net here: a batch comes first. */
export interface Net {
  readonly model: ModelProto
  readonly input: readonly number[]
}

const same = intsAttribute('pads', [1, 1, 1, 1])

/** Three convolutions of 64 channels on 32 × 32 points, their mean, and a layer of ten classes. */
export function convolutionsNet(): Net {
  const input = [1, 3, 32, 32]
  const conv = (name: string, from: string) => [
    makeNode('Conv', [from, `${name}_w`, `${name}_b`], [`${name}_c`], [same]),
    makeNode('Relu', [`${name}_c`], [name]),
  ]
  const weights = (name: string, channels: number) => [
    testWeights(`${name}_w`, [64, channels, 3, 3], 0.1),
    testWeights(`${name}_b`, [64]),
  ]
  const graph = makeGraph({
    name: 'convolutions',
    inputs: [makeValue('x', DataType.FLOAT, input)],
    outputs: [makeValue('y', DataType.FLOAT, [1, 10])],
    nodes: [
      ...conv('one', 'x'),
      ...conv('two', 'one'),
      ...conv('three', 'two'),
      makeNode('GlobalAveragePool', ['three'], ['mean']),
      makeNode('Flatten', ['mean'], ['flat']),
      makeNode('Gemm', ['flat', 'w', 'b'], ['y']),
    ],
    weights: [
      ...weights('one', 3),
      ...weights('two', 64),
      ...weights('three', 64),
      testWeights('w', [64, 10]),
      testWeights('b', [10]),
    ],
  })
  return { model: makeModel(graph), input }
}

/** A layer as those of a small transformer: 64 rows of 384 numbers by a matrix of 384 × 1,536. */
export function productNet(): Net {
  const input = [64, 384]
  const graph = makeGraph({
    name: 'product',
    inputs: [makeValue('x', DataType.FLOAT, input)],
    outputs: [makeValue('y', DataType.FLOAT, [64, 1536])],
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
    weights: [testWeights('w', [384, 1536])],
  })
  return { model: makeModel(graph), input }
}

/** A convolution of 64 channels to 64 on 32 × 32 points. */
export function convolutionNet(): Net {
  const input = [1, 64, 32, 32]
  const graph = makeGraph({
    name: 'convolution',
    inputs: [makeValue('x', DataType.FLOAT, input)],
    outputs: [makeValue('y', DataType.FLOAT, [1, 64, 32, 32])],
    nodes: [makeNode('Conv', ['x', 'w'], ['y'], [same])],
    weights: [testWeights('w', [64, 64, 3, 3])],
  })
  return { model: makeModel(graph), input }
}
