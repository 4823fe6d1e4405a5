import { stat } from 'node:fs/promises'
import { type ModelProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { readModelFile } from '../../onnx/model-file.ts'
import { readModel } from '../../onnx/model.ts'
import { makeTensor, readTensor } from '../../onnx/tensor.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { listPasses } from '../apply-pass.ts'
import { type Measurement, type MeasureName, type Measurements, parseGoal } from '../goals.ts'
import type { SearchSettings } from '../search.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

/**
 * `x` [batch, 64] by four matrices, with Relu between them, to `y` [batch, 64]. What the first row of the third is
 * multiplied by is never more than 0, hence 0 behind its Relu: its large values do nothing but ruin the scales of its
 * columns.
 */
export function layeredModel(): ModelProto {
  const names = ['a', 'b', 'c', 'd']
  const weights = [
    testWeights('a', [64, 64]),
    changeWeights('b', (value, _, column) => (column === 0 ? -Math.abs(value) : value)),
    changeWeights('c', (value, row) => (row === 0 ? 50 : value)),
    testWeights('d', [64, 64]),
  ]
  const nodes = names.flatMap((name, at) => [
    makeNode('MatMul', [at === 0 ? 'x' : `${names[at - 1]}_r`, name], [`${name}_m`]),
    makeNode(at === 3 ? 'Identity' : 'Relu', [`${name}_m`], [at === 3 ? 'y' : `${name}_r`]),
  ])
  const inputs = [makeValue('x', DataType.FLOAT, ['batch', 64])]
  const outputs = [makeValue('y', DataType.FLOAT, ['batch', 64])]
  return makeModel(makeGraph({ name: 'layered', inputs, outputs, nodes, weights }))
}

/**
 * `x` [batch, 64] through blocks as a transformer has them, each a normalization, two products and what goes around them, to
 * `y` [batch, 64]. In the block b one channel is two hundred times as large as the others, as is found in real ones, and
 * the weights behind it are small: it matters as little as the others, and ruins the scale of what `b_up` is given.
 */
export function transformerModel(): ModelProto {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const [outlier, times] = [7, 200]
  const gain = Array.from({ length: 64 }, (_, channel) => (channel === outlier ? times : 1))
  const nodes = names.flatMap((name, at) => {
    const before = at === 0 ? 'x' : `${names[at - 1]}_out`
    return [
      makeNode('LayerNormalization', [before, `${name}_gain`], [`${name}_norm`]),
      makeNode('MatMul', [`${name}_norm`, `${name}1`], [`${name}_up`]),
      makeNode('Tanh', [`${name}_up`], [`${name}_act`]),
      makeNode('MatMul', [`${name}_act`, `${name}2`], [`${name}_down`]),
      makeNode('Add', [before, `${name}_down`], [at === names.length - 1 ? 'y' : `${name}_out`]),
    ]
  })
  const weights = names.flatMap((name) => [
    makeTensor(`${name}_gain`, DataType.FLOAT, [64], name === 'b' ? gain : gain.map(() => 1)),
    name === 'b'
      ? changeWeights('b1', (value, row) => (row === outlier ? value / times : value))
      : testWeights(`${name}1`, [64, 64]),
    testWeights(`${name}2`, [64, 64]),
  ])
  const inputs = [makeValue('x', DataType.FLOAT, ['batch', 64])]
  const outputs = [makeValue('y', DataType.FLOAT, ['batch', 64])]
  return makeModel(makeGraph({ name: 'transformer', inputs, outputs, nodes, weights }))
}

/** Weights [64, 64] of that name, changed place by place. */
function changeWeights(name: string, at: (value: number, row: number, column: number) => number): TensorProto {
  const values = Array.from<number | bigint, number>(readTensor(testWeights(name, [64, 64])), Number)
  const changed = values.map((value, index) => at(value, Math.floor(index / 64), index % 64))
  return makeTensor(name, DataType.FLOAT, [64, 64], changed)
}

/** As a forest of scikit-learn is exported, but for its trees: nothing runs it. */
export function treeModel(): ModelProto {
  const node = makeNode('TreeEnsembleRegressor', ['x'], ['y'], [], { domain: 'ai.onnx.ml' })
  const inputs = [makeValue('x', DataType.FLOAT, ['batch', 4])]
  const outputs = [makeValue('y', DataType.FLOAT, ['batch', 1])]
  return makeModel(makeGraph({ name: 'forest', inputs, outputs, nodes: [node] }))
}

export interface PretendSettings {
  readonly model: string
  readonly folder: string
  readonly goals: readonly string[]
  /** Default: all but those that need calibration, which takes its time. */
  readonly passes?: readonly string[]
}

/** A search over real passes, with times that follow from sizes and no clock, and errors of the outputs that are real. */
export async function pretendSearch({ model, folder, goals, passes }: PretendSettings): Promise<SearchSettings> {
  const original = await readModelFile(model)
  const before = await runModel(original)
  const sizeBefore = (await stat(model)).size
  return {
    model,
    folder,
    isResumed: false,
    goals: goals.map(parseGoal),
    passes: listPasses().filter(({ name, needs }) => passes?.includes(name) ?? needs === 'nothing'),
    context: { ...testContext },
    async evaluate(path): Promise<Measurements> {
      const { size } = await stat(path)
      const error = compareOutputs(before, await runModel(await readModelFile(path)))
      return new Map<MeasureName, Measurement>([
        ['size', { value: size }],
        ['p50', { value: size / 1000 }],
        ['memory', { value: size }],
        ['speedup', { value: sizeBefore / size }],
        ['max-error', { value: error }],
      ])
    },
    compare: async (source) => {
      const changed = typeof source === 'string' ? await readModelFile(source) : readModel(source, 'layer')
      return compareOutputs(before, await runModel(changed))
    },
    budgetMs: 1,
    now: () => 0,
    tell: () => {},
    record: () => Promise.resolve(),
  }
}
