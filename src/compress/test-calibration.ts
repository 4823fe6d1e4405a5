import { openSessionHost, type ValueSignature } from '../onnx/session.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import { countElements, type TensorValue } from '../onnx/tensor-value.ts'
import { calibrate } from './calibration/calibrate.ts'
import { findChannelPeaks } from './calibration/channel-peaks.ts'
import type { PassContext } from './pass.ts'
import { writeModel } from '../onnx/model.ts'
import type { SampleData } from './sample-data.ts'

const batchSize = 3

function madeUp({ dtype, dims }: ValueSignature, seed: number): TensorValue {
  const sizes = dims.map((size) => (typeof size === 'number' ? size : batchSize))
  const count = countElements(sizes)
  if (dtype === 'bool') return { dtype, dims: sizes, data: Uint8Array.from({ length: count }, () => seed % 2) }
  return {
    dtype: 'float32',
    dims: sizes,
    data: Float32Array.from({ length: count }, (_, at) => Math.sin(seed + at * 1.7)),
  }
}

/** Samples that are made up, as `runModel` makes up its inputs. */
function madeUpData(inputs: readonly ValueSignature[]): SampleData {
  return {
    name: 'made up',
    count: 16 * batchSize,
    hasLabels: false,
    runSize: undefined,
    async *batches() {
      for (let seed = 1; seed <= 16; seed++) {
        const feeds = new Map(inputs.map((input) => [input.name, madeUp(input, seed)]))
        yield Promise.resolve({ feeds, labels: undefined, count: batchSize })
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

export const testChannelPeaks: NonNullable<PassContext['findChannelPeaks']> = async (model, names, settings) => {
  const { signal } = new AbortController()
  await using host = await openSessionHost(testRuntime, {}, signal)
  await using session = await host.open(writeModel(model))
  return await findChannelPeaks(host, model, names, madeUpData(session.inputs), { ...settings, signal })
}

export const testCalibrate: NonNullable<PassContext['calibrate']> = async (model, names, settings) => {
  const { signal } = new AbortController()
  await using host = await openSessionHost(testRuntime, {}, signal)
  await using session = await host.open(writeModel(model))
  return await calibrate(host, model, names, madeUpData(session.inputs), { ...settings, signal })
}
