import type { ModelProto } from 'onnx-buf'
import type { SessionHost } from '../../onnx/session.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SampleData } from '../sample-data.ts'
import { eachActivation, type SampleSettings } from './each-activation.ts'

/**
 * The greatest magnitude that each channel of an activation has over samples; channels are the places of its last
 * dimension.
 *
 * @param names of values of the model's own graph, inputs included
 * @returns those that are floats and have always as many channels, by name
 * @throws BAD_REQUEST when an activation is no finite number; as `eachActivation`
 */
export async function findChannelPeaks(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  names: readonly string[],
  data: SampleData,
  settings: SampleSettings,
): Promise<Map<string, Float32Array>> {
  const peaks = new Map<string, Float32Array>()
  const uneven = new Set<string>()
  await eachActivation(host, model, names, data, settings, (name, values, { dims }) => {
    const channels = dims.at(-1) ?? 0
    const known = peaks.get(name) ?? new Float32Array(channels)
    peaks.set(name, known)
    if (channels === 0 || known.length !== channels) uneven.add(name)
    else raise(known, values)
  })
  for (const name of uneven) peaks.delete(name)
  for (const [name, known] of peaks) if (!known.every(Number.isFinite)) throw odd(name, data)
  return peaks
}

function raise(peaks: Float32Array, values: Float32Array): void {
  const channels = peaks.length
  for (let start = 0; start < values.length; start += channels) {
    for (let channel = 0; channel < channels; channel++) {
      // What is no number stays one.
      peaks[channel] = Math.max(peaks[channel] ?? 0, Math.abs(values[start + channel] ?? 0))
    }
  }
}

function odd(name: string, data: SampleData): RunwrightError {
  return new RunwrightError(
    'BAD_REQUEST',
    `With ${data.name} the value “${name}” of the model is not always a finite number.`,
    { hint: 'Look for missing or extreme values in the data.' },
  )
}
