import type { Metric } from '../runs.ts'
import { double, filled, integer, invalid, invalidValue, message, required, text, withDefault } from './fields.ts'
import { checkKey } from './names.ts'
import { writeDouble } from './numbers.ts'

/** A metric's fields, which log-metric has at its top level. */
export const metricFields = {
  key: required(text),
  value: required(double),
  timestamp: required(integer),
  step: withDefault(integer, 0),
  model_id: filled(text),
  dataset_name: filled(text),
  dataset_digest: filled(text),
}

export const metric = message(metricFields).nested

/** As a logged model has it: with the run it was logged in. */
export const modelMetric = message({ ...metricFields, run_id: withDefault(text, '') }).nested

interface JsonMetric extends Metric {
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
  readonly runId?: string
}

/** Checks name and time of a metric about to be logged; `prefix` is such as `metrics[3].`. */
export function toMetric<M extends Metric>(metric: M, prefix = ''): M {
  const { key, timestamp, value } = metric
  checkKey(key, `${prefix}name`, 'Metric name')
  if (timestamp < 0) {
    throw invalid(
      `${invalidValue(`${prefix}timestamp`, timestamp)}: metric '${key}' (value=${pythonFloat(value)}). ` +
        'Timestamp must be a nonnegative long (64-bit integer) ',
    )
  }
  return metric
}

export function writeMetric({ key, value, timestamp, step, ...model }: JsonMetric): unknown {
  return {
    key,
    value: writeDouble(value),
    timestamp,
    step,
    ...(model.datasetName === undefined ? {} : { dataset_name: model.datasetName }),
    ...(model.datasetDigest === undefined ? {} : { dataset_digest: model.datasetDigest }),
    ...(model.modelId === undefined ? {} : { model_id: model.modelId }),
    ...(model.runId === undefined ? {} : { run_id: model.runId }),
  }
}

/** Points that are objects at a time: so few are gone before the collector has to move them. */
const writtenAtOnce = 512

/** Points of one metric as JSON, each as `writeMetric` gives it, behind each other with commas between them. */
export function writePoints(
  key: string,
  { steps, timestamps, values }: Readonly<Record<'steps' | 'timestamps' | 'values', Float64Array>>,
): string {
  const texts: string[] = []
  for (let start = 0; start < steps.length; start += writtenAtOnce) {
    const points: unknown[] = []
    const end = Math.min(start + writtenAtOnce, steps.length)
    for (let index = start; index < end; index++) {
      const value = writeDouble(values[index] ?? 0)
      points.push({ key, value, timestamp: timestamps[index], step: steps[index] })
    }
    texts.push(JSON.stringify(points).slice(1, -1))
  }
  return texts.join(',')
}

function pythonFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return value.toFixed(1)
  if (Number.isNaN(value)) return 'nan'
  return String(value).replace('Infinity', 'inf')
}
