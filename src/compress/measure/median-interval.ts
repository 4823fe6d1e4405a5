import type { Measurement } from '../goals.ts'

/**
 * The median with its interval of at least 95 % confidence, between two of the values: it takes nothing for granted but
 * that they are independent. Of less than six values there is none that is so sure.
 *
 * @see W. J. Conover, Practical Nonparametric Statistics (1999), 3.2: confidence intervals for a quantile
 */
export function medianWithInterval(values: readonly number[]): Measurement {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = sorted.length / 2
  const value = sorted.length % 2 === 1 ? at(middle - 0.5) : (at(middle - 1) + at(middle)) / 2
  const outside = countOutside(sorted.length)
  return { value, interval: outside === 0 ? undefined : [at(outside - 1), at(sorted.length - outside)] }
}

/** The most values, from either end, among which the true median is with a chance of at most 2.5 %. */
function countOutside(count: number): number {
  let chance = 0.5 ** count
  let total = 0
  for (let below = 0; below < count; below++) {
    total += chance
    if (total > 0.025) return below
    chance *= (count - below) / (below + 1)
  }
  return 0
}
