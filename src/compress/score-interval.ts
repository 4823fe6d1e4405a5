/** Bounds of a value, with 95 % confidence. */
export type Interval = readonly [low: number, high: number]

/** The 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054

/**
 * Interval of a proportion by Wilson's score, without continuity correction. It holds for few samples and for shares near
 * 0 and 1, where the usual one of a mean does not.
 *
 * @param count of those that have the property, of `total`; of none nothing is known
 * @see E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209–212
 */
export function wilsonInterval(count: number, total: number): Interval {
  if (total === 0) return [0, 1]
  const share = count / total
  const middle = share + z ** 2 / (2 * total)
  const reach = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2))
  const scale = 1 + z ** 2 / total
  // Exact at the ends, where rounding leaves 1e-17.
  return [count === 0 ? 0 : (middle - reach) / scale, count === total ? 1 : (middle + reach) / scale]
}

/** How often two answers to the same question were right. */
export interface PairedCounts {
  readonly both: number
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly neither: number
}

/**
 * Interval of the difference of two proportions of the same samples, the first less the second: Newcombe's method 10, of
 * two Wilson intervals with their correlation. Both models see the same samples, so an interval for independent ones
 * would be far too wide.
 *
 * @see R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on paired
 *   data, Statistics in Medicine 17 (1998) 2635–2650
 */
export function pairedDifferenceInterval({ both, onlyFirst, onlySecond, neither }: PairedCounts): Interval {
  const total = both + onlyFirst + onlySecond + neither
  if (total === 0) return [-1, 1]
  const [first, second] = [both + onlyFirst, both + onlySecond]
  const [low1, high1] = wilsonInterval(first, total)
  const [low2, high2] = wilsonInterval(second, total)
  const [share1, share2] = [first / total, second / total]
  const correlation = correlate(both * neither - onlyFirst * onlySecond, total, [
    first,
    total - first,
    second,
    total - second,
  ])
  const reach = (down: number, up: number) => Math.sqrt(Math.max(0, down ** 2 - 2 * correlation * down * up + up ** 2))
  const difference = (onlyFirst - onlySecond) / total
  return [
    Math.max(-1, difference - reach(share1 - low1, high2 - share2)),
    Math.min(1, difference + reach(high1 - share1, share2 - low2)),
  ]
}

/** Corrected for continuity where it is positive, as method 10 has it. */
function correlate(determinant: number, total: number, margins: readonly number[]): number {
  const scale = Math.sqrt(margins.reduce((product, margin) => product * margin, 1))
  if (scale === 0) return 0
  return (determinant > 0 ? Math.max(0, determinant - total / 2) : determinant) / scale
}
