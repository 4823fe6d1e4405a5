import type { OtherMeasure, QualityChange } from '../model-test-report.ts'
import { measureBoth, type Scored, weightedMean } from './scored.ts'

/** Of each sample the means over its values. */
export interface SampleErrors {
  readonly squared: Float64Array
  readonly absolute: Float64Array
}

export interface RegressionErrors {
  readonly original: SampleErrors
  readonly candidate: SampleErrors
  /** What is right: the mean over a sample's values, and the mean of their squares. */
  readonly right: { readonly mean: Float64Array; readonly square: Float64Array }
}

/**
 * How far two regressions are from what is right, by the root of the mean squared error. The change is the rise of the
 * error as a share of the original's; where the original's own answers are right, the error as a share of their standard
 * deviation.
 */
export function scoreErrors(errors: RegressionErrors, reference: Scored['reference']): Scored {
  const count = errors.candidate.squared.length
  const compare = (places: readonly number[]) => compareErrors(errors, places, reference)
  return {
    task: 'regression',
    reference,
    unit: 'samples',
    count,
    canSlice: true,
    compare,
    others: otherErrors(errors),
  }
}

function pick(values: Float64Array, places: readonly number[]): Float64Array {
  return Float64Array.from(places, (place) => values[place] ?? Number.NaN)
}

function compareErrors(
  { original, candidate, right }: RegressionErrors,
  places: readonly number[],
  reference: Scored['reference'],
): QualityChange {
  const [first, second] = [pick(original.squared, places), pick(candidate.squared, places)]
  if (reference === 'labels') {
    const statistic = (weights: Float64Array) =>
      [Math.sqrt(weightedMean(first, weights)), Math.sqrt(weightedMean(second, weights))] as const
    return measureBoth(places.length, statistic, (before, after) => after / before - 1)
  }
  const [mean, square] = [pick(right.mean, places), pick(right.square, places)]
  const error = (weights: Float64Array) => Math.sqrt(weightedMean(second, weights))
  const { candidate: found } = measureBoth(places.length, (weights) => [0, error(weights)], Number)
  const share = (weights: Float64Array) => error(weights) / Math.sqrt(spread(mean, square, weights))
  const { candidate: change } = measureBoth(places.length, (weights) => [0, share(weights)], Number)
  return { original: { value: 0 }, candidate: found, change }
}

/** The variance of what is right. */
function spread(mean: Float64Array, square: Float64Array, weights: Float64Array): number {
  return Math.max(0, weightedMean(square, weights) - weightedMean(mean, weights) ** 2)
}

function otherErrors({ original, candidate, right }: RegressionErrors): readonly OtherMeasure[] {
  const count = candidate.squared.length
  const absolute = (weights: Float64Array) =>
    [weightedMean(original.absolute, weights), weightedMean(candidate.absolute, weights)] as const
  const explained = (weights: Float64Array) => {
    const variance = spread(right.mean, right.square, weights)
    const of = ({ squared }: SampleErrors) => 1 - weightedMean(squared, weights) / variance
    return [of(original), of(candidate)] as const
  }
  return [
    {
      title: 'Mean absolute error',
      as: 'number',
      ...measureBoth(count, absolute, (before, after) => after - before),
    },
    {
      title: 'Variance explained (R²)',
      as: 'number',
      ...measureBoth(count, explained, (before, after) => before - after),
    },
  ]
}
