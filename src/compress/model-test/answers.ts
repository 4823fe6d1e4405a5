import type { TensorValue } from '../../onnx/tensor-value.ts'
import { argMax, toNumbers } from './numbers.ts'

/**
 * What an output says of each sample as a class: a classifier gives it as an integer or a text, or scores of which the
 * largest counts. An output that is neither has no answers.
 *
 * @param count of samples, which are the places of the first dim
 */
export function readAnswers(value: TensorValue, count: number): readonly string[] | undefined {
  const width = value.data.length / Math.max(1, count)
  if (value.dims[0] !== count) return undefined
  if (value.dtype === 'string') return width === 1 ? [...value.data] : undefined
  const isFloat = value.dtype.startsWith('float')
  if (width === 1) return isFloat ? undefined : Array.from<number | bigint, string>(value.data, String)
  const scores = isFloat && value.dims.length === 2 ? toNumbers(value) : undefined
  if (scores === undefined) return undefined
  return Array.from({ length: count }, (_, index) => String(argMax(scores, index * width, (index + 1) * width)))
}

/** Answers of a classifier of two classes that gives one probability for each sample. */
export function readBinaryAnswers(value: TensorValue): readonly string[] | undefined {
  const numbers = toNumbers(value)
  return numbers && Array.from(numbers, (number) => (Number.isNaN(number) ? '-1' : number >= 0.5 ? '1' : '0'))
}

/** What is right for each sample, in the same words: an integer is written as one, whatever holds it. */
export function readLabels(labels: TensorValue): readonly string[] {
  if (labels.dtype === 'string') return labels.data.map(tidy)
  const numbers = labels.dtype === 'float16' ? (toNumbers(labels) ?? []) : labels.data
  return Array.from<number | bigint, string>(numbers, String)
}

/** `3.0` and ` 3` are 3. */
function tidy(text: string): string {
  const trimmed = text.trim()
  return trimmed !== '' && Number.isSafeInteger(Number(trimmed)) ? String(Number(trimmed)) : trimmed
}

/** Labels as numbers; undefined when one of them is none. */
export function readTargets(labels: TensorValue): Float32Array | Float64Array | undefined {
  if (labels.dtype !== 'string') return toNumbers(labels)
  const numbers = labels.data.map((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  return numbers.some(Number.isNaN) ? undefined : Float64Array.from(numbers)
}
