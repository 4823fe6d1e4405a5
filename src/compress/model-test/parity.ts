import { isDeepStrictEqual } from 'node:util'
import { ModelFailed } from '../../onnx/model-failed.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { bootstrapMean } from '../bootstrap.ts'
import type { OutputParity } from '../model-test-report.ts'
import { wilsonInterval } from '../score-interval.ts'
import { readAnswers } from './answers.ts'
import { sum, toNumbers } from './numbers.ts'

/** Gathers how far an output is from the original's, batch by batch; of each sample it keeps two numbers. */
export interface Parity {
  /** @throws ModelFailed when the candidate gives other dims */
  add(original: TensorValue, candidate: TensorValue, count: number): void
  result(): OutputParity
}

export function createParity(output: string): Parity {
  const errors = { elements: 0, finite: 0, max: 0, total: 0, magnitude: 0, nonFinite: 0 }
  const cosines: number[] = []
  const agreements: number[] = []
  return {
    add(original, candidate, count) {
      if (!isDeepStrictEqual(original.dims, candidate.dims)) throw otherShape(output, original, candidate)
      errors.elements += original.data.length
      const [first, second] = [toNumbers(original), toNumbers(candidate)]
      if (first !== undefined && second !== undefined) {
        addErrors(errors, first, second)
        // An output whose first dim does not run over samples is one vector.
        const samples = original.dims[0] === count ? count : 1
        addCosines(cosines, first, second, samples)
      }
      const answers = [readAnswers(original, count), readAnswers(candidate, count)]
      answers[0]?.forEach((answer, index) => agreements.push(Number(answer === answers[1]?.[index])))
    },
    result: () => ({
      output,
      samples: Math.max(cosines.length, agreements.length),
      elements: errors.elements,
      maxError: errors.finite === 0 ? Number.NaN : errors.max,
      meanError: errors.total / errors.finite,
      relativeError: errors.max === 0 ? 0 : errors.max / errors.magnitude,
      nonFinite: errors.nonFinite,
      cosine: { value: sum(cosines) / cosines.length, interval: bootstrapMean(Float64Array.from(cosines)) },
      leastCosine: cosines.length === 0 ? Number.NaN : cosines.reduce((least, cosine) => Math.min(least, cosine)),
      agreement: agreements.length === 0 ? undefined : measureShare(sum(agreements), agreements.length),
    }),
  }
}

/** A share of samples, with its interval. */
export function measureShare(count: number, total: number) {
  return { value: total === 0 ? Number.NaN : count / total, interval: wilsonInterval(count, total) }
}

function otherShape(output: string, original: TensorValue, candidate: TensorValue): ModelFailed {
  const dims = (value: TensorValue) => `[${value.dims.join(', ')}]`
  return new ModelFailed(
    'refused',
    `The candidate’s output “${output}” has the dims ${dims(candidate)}, and the original’s ${dims(original)}.`,
  )
}

function addErrors(
  errors: { finite: number; max: number; total: number; magnitude: number; nonFinite: number },
  original: ArrayLike<number>,
  candidate: ArrayLike<number>,
): void {
  for (let index = 0; index < original.length; index++) {
    const [first = 0, second = 0] = [original[index], candidate[index]]
    if (!Number.isFinite(first) || !Number.isFinite(second)) {
      if (!Object.is(first, second)) errors.nonFinite++
      continue
    }
    const error = Math.abs(first - second)
    errors.finite++
    errors.total += error
    if (error > errors.max) errors.max = error
    errors.magnitude = Math.max(errors.magnitude, Math.abs(first))
  }
}

function addCosines(
  cosines: number[],
  original: ArrayLike<number>,
  candidate: ArrayLike<number>,
  samples: number,
): void {
  const width = original.length / samples
  for (let sample = 0; sample < samples; sample++) cosines.push(cosineOf(original, candidate, sample * width, width))
}

/** Of two vectors of zeros it is 1, and 0 when only one of them is. */
export function cosineOf(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  start = 0,
  width = first.length - start,
): number {
  let [product, firstSquare, secondSquare] = [0, 0, 0]
  for (let index = start; index < start + width; index++) {
    const [a = 0, b = 0] = [first[index], second[index]]
    product += a * b
    firstSquare += a * a
    secondSquare += b * b
  }
  if (firstSquare === 0 && secondSquare === 0) return 1
  const cosine = product / Math.sqrt(firstSquare * secondSquare)
  // What is no number, or infinite, is not alike; rounding makes 1.0000000000000002.
  return Number.isFinite(cosine) ? Math.max(-1, Math.min(1, cosine)) : 0
}
