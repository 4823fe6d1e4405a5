import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { ModelProto, TensorProto } from 'onnx-buf'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { describeModel } from '../onnx/describe-model.ts'
import { readModelFile } from '../onnx/model-file.ts'
import { writeModel } from '../onnx/model.ts'
import { makeTensor, type Numbers } from '../onnx/tensor.ts'
import type { PassContext } from './pass.ts'
import { testCalibrate, testChannelPeaks } from './test-calibration.ts'
import { weightsInMemory } from './weights.ts'

/** Outputs of a model for inputs that are made up, and the same each time. */
export async function runModel(model: ModelProto, seed = 1): Promise<ReadonlyMap<string, readonly number[]>> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 })
  const feeds = Object.fromEntries(
    describeModel(model).inputs.map(({ name, type, shape }) => {
      const dims = (shape ?? []).map((size) => (typeof size === 'number' ? size : 3))
      const count = dims.reduce((product, size) => product * size, 1)
      if (type === 'bool')
        return [
          name,
          new Tensor(
            'bool',
            Uint8Array.from({ length: count }, () => seed % 2),
            dims,
          ),
        ]
      return [
        name,
        new Tensor(
          'float32',
          Float32Array.from({ length: count }, (_, index) => Math.sin(seed + index * 1.7)),
          dims,
        ),
      ]
    }),
  )
  const outputs = await session.run(feeds)
  await session.release()
  return new Map(
    Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as ArrayLike<number>, Number)]),
  )
}

/** The largest difference of two outputs, as a share of the largest magnitude that the first has. */
export function compareOutputs(
  first: ReadonlyMap<string, readonly number[]>,
  second: ReadonlyMap<string, readonly number[]>,
): number {
  let worst = first.size === second.size ? 0 : Number.NaN
  for (const [name, values] of first) {
    const others = second.get(name) ?? []
    const largest = Math.max(...values.map(Math.abs))
    if (values.length !== others.length) return Number.NaN
    for (const [index, value] of values.entries())
      worst = Math.max(worst, Math.abs(value - (others[index] ?? Number.NaN)) / largest)
  }
  return worst
}

/** What ONNX Runtime makes of a model when it loads it, by the names of operators. */
export async function optimizedOperators(model: ModelProto): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-optimized-'))
  try {
    const optimizedModelFilePath = join(folder, 'optimized.onnx')
    const session = await InferenceSession.create(writeModel(model), { optimizedModelFilePath, logSeverityLevel: 3 })
    await session.release()
    const { operators } = describeModel(await readModelFile(optimizedModelFilePath))
    return new Map(operators.map(({ name, count }) => [name, count]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const types: Readonly<Record<string, DataType>> = {
  float32: DataType.FLOAT,
  int64: DataType.INT64,
  int32: DataType.INT32,
  bool: DataType.BOOL,
}

async function evaluate(model: ModelProto): Promise<readonly TensorProto[]> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 })
  const outputs = await session.run({})
  await session.release()
  return Object.entries(outputs).map(([name, { type, dims, data }]) => {
    // SAFETY: the types that tests have are of numbers.
    return makeTensor(name, types[type] ?? DataType.UNDEFINED, dims, data as Numbers)
  })
}

/** In this process, which takes a hundredth of the time; by inputs that are made up. */
const learnAnswers: NonNullable<PassContext['learnAnswers']> = async (model) => {
  const seeds = [1, 2, 3]
  const answers = await Promise.all(seeds.map((seed) => runModel(model, seed)))
  return async (other) => {
    const others = await Promise.all(seeds.map((seed) => runModel(other, seed)))
    return Math.max(...answers.map((before, at) => compareOutputs(before, others[at] ?? new Map())))
  }
}

/** For models in memory. */
export const testContext: PassContext = {
  weights: weightsInMemory,
  evaluate,
  calibrate: testCalibrate,
  findChannelPeaks: testChannelPeaks,
  learnAnswers,
  signal: new AbortController().signal,
}
