import type { ModelProto } from 'onnx-buf'
import type { SessionHost } from '../../onnx/session.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SampleData } from '../sample-data.ts'
import { type ActivationRange, chooseRange, type RangeMethod, type SeenValue } from './choose-range.ts'
import { eachActivation, type SampleSettings } from './each-activation.ts'
import { createHistogram, type Histogram } from './histogram.ts'
import { reduceRanges } from './reduce-ranges.ts'

export interface CalibrationSettings extends SampleSettings {
  readonly method: RangeMethod
}

/**
 * The ranges of activations over the samples of a data set. However many there are, it keeps a histogram of each, and the
 * activations of one batch.
 *
 * @param names of values of the model's own graph, inputs included
 * @returns those that are floats, by name
 * @throws BAD_REQUEST when an activation is no finite number; as `SessionHost.open` and `run`
 */
export async function calibrate(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  names: readonly string[],
  data: SampleData,
  { method, ...settings }: CalibrationSettings,
): Promise<Map<string, SeenValue>> {
  if (method === 'min-max') {
    const reduced = await reduceRanges(host, model, names, data, settings)
    if (reduced !== undefined) return reduced
  }
  const histograms = new Map<string, Histogram>()
  const ranks = new Map<string, number>()
  await eachActivation(host, model, names, data, settings, (name, values, { dims }) => {
    const histogram = histograms.get(name) ?? createHistogram(method !== 'min-max')
    histograms.set(name, histogram)
    histogram.add(values)
    ranks.set(name, dims.length)
  })
  const found = names.flatMap((name) => {
    const histogram = histograms.get(name)
    return histogram === undefined
      ? []
      : [[name, { ...rangeOf(name, histogram, method, data), rank: ranks.get(name) ?? 0 }] as const]
  })
  return new Map(found)
}

function rangeOf(name: string, histogram: Histogram, method: RangeMethod, data: SampleData): ActivationRange {
  if (histogram.odd === 0) return chooseRange(histogram, method)
  throw new RunwrightError(
    'BAD_REQUEST',
    `With ${data.name} the value “${name}” of the model is not a finite number ${histogram.odd} times.`,
    { hint: 'Look for missing or extreme values in the data.' },
  )
}
