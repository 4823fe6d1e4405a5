import { type ModelProto, type TensorProto } from 'onnx-buf'
import { dataTypes } from '../onnx/data-types.ts'
import { writeModel } from '../onnx/model.ts'
import type { SessionHost } from '../onnx/session.ts'
import { makeTensor } from '../onnx/tensor.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { calibrate } from './calibration/calibrate.ts'
import { findChannelPeaks } from './calibration/channel-peaks.ts'
import { learnAnswers } from './sensitivity/learn-answers.ts'
import type { PassContext } from './pass.ts'
import type { SampleData } from './sample-data.ts'
import type { Weights } from './weights.ts'

/** What passes have models run by: the process of a host, so that no model of theirs can harm this one. */
export function createHostContext({
  host,
  weights,
  data,
  signal,
}: {
  readonly host: Pick<SessionHost, 'open'>
  readonly weights: Weights
  /** What the model is for; passes that need it say so without. */
  readonly data: SampleData | undefined
  readonly signal: AbortSignal
}): PassContext {
  const context = { weights, signal, evaluate: (model: ModelProto) => evaluate(host, model, signal) }
  if (data === undefined) return context
  return {
    ...context,
    calibrate: (model, names, settings) => calibrate(host, model, names, data, { ...settings, signal }),
    findChannelPeaks: (model, names, settings) => findChannelPeaks(host, model, names, data, { ...settings, signal }),
    learnAnswers: (model, settings) => learnAnswers(host, model, data, { ...settings, signal }),
  }
}

/** More than constants of a graph take; what takes longer stays as it is in the graph. */
const deadlineMs = 60_000

async function evaluate(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  signal: AbortSignal,
): Promise<readonly TensorProto[]> {
  const patience = { signal, deadlineMs }
  await using session = await host.open(writeModel(model), {}, { ...patience, about: 'A part of the model' })
  const { outputs } = await session.run(new Map(), patience)
  return [...outputs].map(([name, value]) => toTensor(name, value))
}

function toTensor(name: string, { dtype, dims, data }: TensorValue): TensorProto {
  if (dtype === 'string') throw new Error(`The constant ${name} is of texts.`)
  const values = dtype === 'float16' ? new Float16Array(data.buffer, data.byteOffset, data.length) : data
  return makeTensor(name, dataTypes[dtype], dims, values)
}
