import { type GraphProto, type ModelProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import {
  floatAttribute,
  graphAttribute,
  intAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
  tensorAttribute,
} from './build-graph.ts'
import { makeTensor } from './tensor.ts'

/** Weights that are the same for the same name: about as a net has them when its training begins. */
export function testWeights(name: string, dims: readonly number[], scale = 0.3): TensorProto {
  const count = dims.reduce((product, size) => product * size, 1)
  let state = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 17)
  const values = Float32Array.from({ length: count }, () => {
    // The generator of Numerical Recipes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 31 - 1) * scale
  })
  return makeTensor(name, DataType.FLOAT, dims, values)
}

function positiveWeights(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, size) => product * size, 1)
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: count }, (_, index) => 0.5 + (index % 5) / 4),
  )
}

/** `x` [batch, 8] → Gemm → Relu → Gemm → Softmax → `y` [batch, 4]. */
export function mlpModel(): ModelProto {
  return makeModel(
    makeGraph({
      name: 'mlp',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 8])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 4])],
      nodes: [
        makeNode('Gemm', ['x', 'w1', 'b1'], ['h']),
        makeNode('Relu', ['h'], ['r']),
        makeNode('Gemm', ['r', 'w2', 'b2'], ['logits']),
        makeNode('Softmax', ['logits'], ['y']),
      ],
      weights: [
        testWeights('w1', [8, 16]),
        testWeights('b1', [16]),
        testWeights('w2', [16, 4]),
        testWeights('b2', [4]),
      ],
    }),
  )
}

/** `x` [batch, 1, 8, 8] → Conv → BatchNormalization → Relu → MaxPool → Flatten → Gemm → `y` [batch, 3]. */
export function convModel(): ModelProto {
  return makeModel(
    makeGraph({
      name: 'conv',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 1, 8, 8])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 3])],
      nodes: [
        makeNode('Conv', ['x', 'kernel', 'kernel_bias'], ['c'], [intsAttribute('pads', [1, 1, 1, 1])]),
        makeNode(
          'BatchNormalization',
          ['c', 'scale', 'shift', 'mean', 'variance'],
          ['n'],
          [floatAttribute('epsilon', 1e-3)],
        ),
        makeNode('Relu', ['n'], ['r']),
        makeNode('MaxPool', ['r'], ['p'], [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])]),
        makeNode('Flatten', ['p'], ['f']),
        makeNode('Gemm', ['f', 'w', 'b'], ['y']),
      ],
      weights: [
        testWeights('kernel', [4, 1, 3, 3]),
        testWeights('kernel_bias', [4]),
        positiveWeights('scale', [4]),
        testWeights('shift', [4]),
        testWeights('mean', [4]),
        positiveWeights('variance', [4]),
        testWeights('w', [64, 3]),
        testWeights('b', [3]),
      ],
    }),
  )
}

/** One head of attention over `x` [batch, length, 16], with its input added to what comes out; the divisor is a Constant. */
export function attentionModel(): ModelProto {
  const project = (name: string) => [
    makeNode('MatMul', ['x', `w_${name}`], [`${name}_plain`]),
    makeNode('Add', [`${name}_plain`, `b_${name}`], [name]),
  ]
  return makeModel(
    makeGraph({
      name: 'attention',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 'length', 16])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 'length', 16])],
      nodes: [
        ...['q', 'k', 'v'].flatMap(project),
        makeNode('Transpose', ['k'], ['k_across'], [intsAttribute('perm', [0, 2, 1])]),
        makeNode('MatMul', ['q', 'k_across'], ['scores']),
        makeNode('Constant', [], ['root'], [tensorAttribute('value', makeTensor('', DataType.FLOAT, [], [4]))]),
        makeNode('Div', ['scores', 'root'], ['scaled']),
        makeNode('Softmax', ['scaled'], ['shares']),
        makeNode('MatMul', ['shares', 'v'], ['mixed']),
        makeNode('MatMul', ['mixed', 'w_o'], ['out']),
        makeNode('Add', ['out', 'x'], ['y']),
      ],
      weights: [
        ...['q', 'k', 'v'].flatMap((name) => [testWeights(`w_${name}`, [16, 16]), testWeights(`b_${name}`, [16])]),
        testWeights('w_o', [16, 16]),
      ],
    }),
  )
}

/** An If on `big`: `x` [batch, 4] times a weight from around it, or plus one of its own. */
export function ifModel(): ModelProto {
  const branch = (name: string, parts: Pick<Parameters<typeof makeGraph>[0], 'nodes' | 'weights'>): GraphProto =>
    makeGraph({ name, inputs: [], outputs: [makeValue(`${name}_y`, DataType.FLOAT, ['batch', 4])], ...parts })
  const thenBranch = branch('then', { nodes: [makeNode('MatMul', ['x', 'w'], ['then_y'])] })
  const elseBranch = branch('else', {
    nodes: [makeNode('Add', ['x', 'else_shift'], ['else_y'])],
    weights: [testWeights('else_shift', [4])],
  })
  return makeModel(
    makeGraph({
      name: 'choice',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 4]), makeValue('big', DataType.BOOL, [])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 4])],
      nodes: [
        makeNode(
          'If',
          ['big'],
          ['y'],
          [graphAttribute('then_branch', thenBranch), graphAttribute('else_branch', elseBranch)],
        ),
      ],
      weights: [testWeights('w', [4, 4])],
    }),
  )
}

/**
 * `x` [batch, 4] → `y` [batch, 6], as exporters leave models behind: identities, weights in Constant nodes and in the list
 * of inputs, a normalization after a Gemm, a shape that is computed from constants, and nodes that nothing needs.
 */
export function messyModel(): ModelProto {
  const constant = (name: string, dataType: DataType, values: readonly number[]) =>
    makeNode('Constant', [], [name], [tensorAttribute('value', makeTensor('', dataType, [values.length], values))])
  const weights = [
    testWeights('w', [6, 4]),
    testWeights('b', [1, 6]),
    positiveWeights('scale', [6]),
    testWeights('shift', [6]),
    testWeights('mean', [6]),
    positiveWeights('variance', [6]),
    testWeights('nobody', [5]),
  ]
  return makeModel(
    makeGraph({
      name: 'messy',
      inputs: [
        makeValue('x', DataType.FLOAT, ['batch', 4]),
        ...weights.map(({ name, dims }) => makeValue(name, DataType.FLOAT, dims.map(Number))),
      ],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 6])],
      nodes: [
        makeNode('Identity', ['x'], ['x1']),
        makeNode('Identity', ['x1'], ['x2']),
        makeNode(
          'Gemm',
          ['x2', 'w', 'b'],
          ['g'],
          [intAttribute('transB', 1), floatAttribute('alpha', 0.5), floatAttribute('beta', 2)],
        ),
        makeNode('BatchNormalization', ['g', 'scale', 'shift', 'mean', 'variance'], ['n']),
        makeNode('Dropout', ['n'], ['d'], []),
        constant('minus', DataType.INT64, [-1]),
        constant('half', DataType.INT64, [3]),
        makeNode('Add', ['half', 'half'], ['six']),
        makeNode('Concat', ['minus', 'six'], ['shape'], [intAttribute('axis', 0)]),
        makeNode('Reshape', ['d', 'shape'], ['r']),
        constant('one', DataType.FLOAT, [1]),
        makeNode('Add', ['r', 'one'], ['s']),
        makeNode('Relu', ['s'], ['unwanted']),
        makeNode('Neg', ['s'], ['t']),
        makeNode('Identity', ['t'], ['y']),
      ],
      weights,
    }),
    { irVersion: 3, opset: 11 },
  )
}

/**
 * `x` [batch, 1, 8, 8] → Conv → BatchNormalization → Clip between attributes → MaxPool → Reshape → Gemm with its bias in
 * [1, 3] → `y` [batch, 3], in operators of opset 7, as exporters wrote them in 2018: weights are inputs, too.
 */
export function oldModel(): ModelProto {
  const weights = [
    testWeights('kernel', [16, 1, 3, 3]),
    positiveWeights('scale', [16]),
    testWeights('shift', [16]),
    testWeights('mean', [16]),
    positiveWeights('variance', [16]),
    makeTensor('shape', DataType.INT64, [2], [-1n, 256n]),
    testWeights('w', [3, 256]),
    testWeights('b', [1, 3]),
  ]
  return makeModel(
    makeGraph({
      name: 'old',
      inputs: [
        makeValue('x', DataType.FLOAT, ['batch', 1, 8, 8]),
        ...weights.map(({ name, dataType, dims }) => makeValue(name, dataType, dims.map(Number))),
      ],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 3])],
      nodes: [
        makeNode('Conv', ['x', 'kernel'], ['c'], [intsAttribute('pads', [1, 1, 1, 1])]),
        makeNode('BatchNormalization', ['c', 'scale', 'shift', 'mean', 'variance'], ['n']),
        makeNode('Clip', ['n'], ['k'], [floatAttribute('min', 0), floatAttribute('max', 6)]),
        makeNode('MaxPool', ['k'], ['p'], [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])]),
        makeNode('Reshape', ['p', 'shape'], ['f']),
        makeNode('Gemm', ['f', 'w', 'b'], ['y'], [intAttribute('transB', 1)]),
      ],
      weights,
    }),
    { irVersion: 3, opset: 7 },
  )
}

/** By name, for tests that hold for any model. */
export const testModels: ReadonlyMap<string, () => ModelProto> = new Map([
  ['a net of two layers', mlpModel],
  ['a net of convolutions', convModel],
  ['a block of attention', attentionModel],
  ['a choice of two graphs', ifModel],
  ['a model with much in it for nothing', messyModel],
  ['a net of opset 7', oldModel],
])
