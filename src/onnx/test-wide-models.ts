import { type ModelProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intsAttribute, makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { makeTensor, readTensor } from './tensor.ts'
import { testWeights } from './test-models.ts'

/**
 * Weights of which every second place along an axis is zeros, as of channels that do nothing.
 *
 * @param unit places that are so together
 */
export function halfWeights(name: string, dims: readonly number[], axis: number, unit = 1): TensorProto {
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  const size = dims[axis] ?? 1
  const all = readTensor(testWeights(name, dims))
  const values = Float32Array.from({ length: all.length }, (_, index) =>
    Math.floor((Math.floor(index / inner) % size) / unit) % 2 === 0 ? Number(all[index]) : 0,
  )
  return makeTensor(name, DataType.FLOAT, dims, values)
}

/** A matrix, or a kernel of `dims`, that is the sum of `rank` products of vectors, each half as large as the one before. */
export function weightsOfRank(name: string, dims: readonly number[], rank: number): TensorProto {
  const [rows = 0, ...others] = dims
  const columns = others.reduce((product, dim) => product * dim, 1)
  const left = readTensor(testWeights(`${name}_l`, [rows, rank]))
  const right = readTensor(testWeights(`${name}_r`, [rank, columns]))
  const values = Float32Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    let sum = 0
    for (let k = 0; k < rank; k++) sum += (Number(left[row * rank + k]) * Number(right[k * columns + column])) / 2 ** k
    return sum
  })
  return makeTensor(name, DataType.FLOAT, dims, values)
}

/**
 * `x` [batch, 3, 8, 8] → `y` [batch, 5]: a convolution, a block of two with its input added to what comes out, pooling,
 * Flatten, Gemm. BatchNormalization follows each convolution, and every second channel does nothing.
 */
export function residualModel(): ModelProto {
  const weights: TensorProto[] = []
  const layer = (name: string, input: string, [from, to]: readonly [number, number]) => {
    weights.push(halfWeights(`${name}_w`, [to, from, 3, 3], 0))
    weights.push(...['scale', 'shift', 'mean'].map((part) => halfWeights(`${name}_${part}`, [to], 0)))
    weights.push(makeTensor(`${name}_variance`, DataType.FLOAT, [to], new Float32Array(to).fill(0.5)))
    const normal = ['scale', 'shift', 'mean', 'variance'].map((part) => `${name}_${part}`)
    return [
      makeNode('Conv', [input, `${name}_w`], [`${name}_c`], [intsAttribute('pads', [1, 1, 1, 1])]),
      makeNode('BatchNormalization', [`${name}_c`, ...normal], [`${name}_n`]),
    ]
  }
  const nodes = [
    ...layer('one', 'x', [3, 32]),
    makeNode('Relu', ['one_n'], ['one']),
    ...layer('two', 'one', [32, 64]),
    makeNode('Relu', ['two_n'], ['two']),
    ...layer('three', 'two', [64, 32]),
    makeNode('Add', ['three_n', 'one'], ['sum']),
    makeNode('Relu', ['sum'], ['block']),
    makeNode('MaxPool', ['block'], ['p'], [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])]),
    makeNode('Flatten', ['p'], ['f']),
    makeNode('Gemm', ['f', 'w', 'b'], ['y']),
  ]
  weights.push(testWeights('w', [32 * 16, 5], 0.1), testWeights('b', [5]))
  return makeModel(
    makeGraph({
      name: 'residual',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 3, 8, 8])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 5])],
      nodes,
      weights,
    }),
  )
}

/**
 * A block of a transformer over `x` [batch, 6, 64]: four heads of 16, of which every second does nothing, and a net of 128
 * neurons with the Gelu of exporters, of which every second does nothing either; both with what they take added.
 */
export function transformerModel(): ModelProto {
  const integers = (name: string, values: readonly number[]) =>
    makeTensor(name, DataType.INT64, [values.length], values.map(BigInt))
  const float = (name: string, value: number) => makeTensor(name, DataType.FLOAT, [], [value])
  const project = (name: string, across: readonly number[]) => [
    makeNode('MatMul', ['normal', `w_${name}`], [`${name}_plain`]),
    makeNode('Add', [`b_${name}`, `${name}_plain`], [`${name}_flat`]),
    makeNode('Reshape', [`${name}_flat`, 'split'], [`${name}_split`]),
    makeNode('Transpose', [`${name}_split`], [name], [intsAttribute('perm', across)]),
  ]
  return makeModel(
    makeGraph({
      name: 'transformer',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 6, 64])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 6, 64])],
      nodes: [
        makeNode('LayerNormalization', ['x', 'gain', 'shift'], ['normal']),
        ...project('q', [0, 2, 1, 3]),
        ...project('k', [0, 2, 3, 1]),
        ...project('v', [0, 2, 1, 3]),
        makeNode('MatMul', ['q', 'k'], ['scores']),
        makeNode('Div', ['scores', 'four'], ['scaled']),
        makeNode('Add', ['scaled', 'mask'], ['masked']),
        makeNode('Softmax', ['masked'], ['shares']),
        makeNode('MatMul', ['shares', 'v'], ['mixed']),
        makeNode('Transpose', ['mixed'], ['mixed_split'], [intsAttribute('perm', [0, 2, 1, 3])]),
        makeNode('Reshape', ['mixed_split', 'join'], ['mixed_flat']),
        makeNode('MatMul', ['mixed_flat', 'w_o'], ['out']),
        makeNode('Add', ['out', 'x'], ['middle']),
        makeNode('MatMul', ['middle', 'w_up'], ['up_plain']),
        makeNode('Add', ['up_plain', 'b_up'], ['up']),
        makeNode('Div', ['up', 'root'], ['up_scaled']),
        makeNode('Erf', ['up_scaled'], ['erf']),
        makeNode('Add', ['erf', 'one'], ['erf_shifted']),
        makeNode('Mul', ['up', 'erf_shifted'], ['gelu_twice']),
        makeNode('Mul', ['gelu_twice', 'half'], ['gelu']),
        makeNode('MatMul', ['gelu', 'w_down'], ['down']),
        makeNode('Add', ['down', 'middle'], ['y']),
      ],
      weights: [
        ...['q', 'k', 'v'].flatMap((name) => [
          halfWeights(`w_${name}`, [64, 64], 1, 16),
          halfWeights(`b_${name}`, [64], 0, 16),
        ]),
        weightsOfRank('w_o', [64, 64], 6),
        halfWeights('w_up', [64, 128], 1),
        halfWeights('b_up', [128], 0),
        testWeights('w_down', [128, 64], 0.1),
        makeTensor('gain', DataType.FLOAT, [64], new Float32Array(64).fill(1)),
        testWeights('shift', [64]),
        testWeights('mask', [1, 1, 6, 6], 2),
        integers('split', [0, 0, 4, 16]),
        integers('join', [0, 0, 64]),
        float('four', 4),
        float('root', Math.SQRT2),
        float('one', 1),
        float('half', 0.5),
      ],
    }),
  )
}

/** By name, for tests that need nets with as many channels as real ones have. */
export const wideModels: ReadonlyMap<string, () => ModelProto> = new Map([
  ['a net of convolutions with a shortcut', residualModel],
  ['a block of a transformer', transformerModel],
])
