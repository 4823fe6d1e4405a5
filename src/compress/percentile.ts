/**
 * The least value that a share of all is not above: one that was measured, none between two. Of fewer than 100 values
 * the 99th percentile is the largest.
 *
 * @param sorted the least first; of none it is NaN
 * @see R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996) 361–365, type 1
 */
export function nearestRank(sorted: Float64Array, share: number): number {
  // Rounding would make 7.000000000000001 of 0.07 × 100.
  const rank = Math.ceil(Number((share * sorted.length).toPrecision(12)))
  return sorted[Math.max(1, rank) - 1] ?? Number.NaN
}
