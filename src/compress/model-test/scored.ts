import type { Measurement } from '../goals.ts'
import { drawPlaces, intervalOf } from '../bootstrap.ts'
import type { GroupQuality, OtherMeasure, Quality, QualityChange } from '../model-test-report.ts'

/** What is known of how right two models are, once all samples have been run. */
export interface Scored extends Pick<Quality, 'task' | 'reference' | 'unit'> {
  /** Samples, or pairs of them. */
  readonly count: number
  /** Undefined when it is one score for all, of which no part can be told. */
  readonly compare: (places: readonly number[]) => QualityChange
  readonly canSlice: boolean
  /** Of each sample the class that is right. */
  readonly classNames?: readonly string[]
  /** Where a class is no set of samples. */
  readonly classes?: readonly GroupQuality[]
  readonly others?: readonly OtherMeasure[]
  readonly agreement?: Measurement
}

/**
 * Two statistics of the same samples, and what lies between them, with bootstrap intervals. Both are drawn with the same
 * samples, since both models answered the same.
 *
 * @param statistic of samples by how often each was drawn
 * @param change of both statistics
 */
export function measureBoth(
  count: number,
  statistic: (weights: Float64Array) => readonly [original: number, candidate: number],
  change: (original: number, candidate: number) => number,
  draws?: number,
): QualityChange {
  const weights = new Float64Array(count).fill(1)
  const [first, second] = statistic(weights)
  const found = { original: [] as number[], candidate: [] as number[], change: [] as number[] }
  for (const places of count < 2 ? [] : drawPlaces(count, draws)) {
    weights.fill(0)
    for (const place of places) weights[place] = (weights[place] ?? 0) + 1
    const [original, candidate] = statistic(weights)
    found.original.push(original)
    found.candidate.push(candidate)
    found.change.push(change(original, candidate))
  }
  return {
    original: { value: first, interval: intervalOf(found.original) },
    candidate: { value: second, interval: intervalOf(found.candidate) },
    change: { value: change(first, second), interval: intervalOf(found.change) },
  }
}

/** Of values by how often each counts. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, total] = [0, 0]
  for (let index = 0; index < values.length; index++) {
    const weight = weights[index] ?? 0
    sum += weight * (values[index] ?? 0)
    total += weight
  }
  return sum / total
}

/** What the first has more than the second. */
export function lost(original: number, candidate: number): number {
  return original - candidate
}
