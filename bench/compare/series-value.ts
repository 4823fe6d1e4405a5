/**
 * A loss that falls with noise: a value for each series and step, always the same, so that all libraries draw the same
 * data. Noise is by a multiplicative hash.
 */
export function toSeriesValue(series: number, step: number, points: number): number {
  const noise = (Math.imul(step + 1, 2_654_435_761) ^ Math.imul(series + 1, 40_503)) >>> 0
  const fall = Math.exp((-5 * step) / points)
  return fall * (1 + (series % 10) / 10) + ((noise / 2 ** 32) * 0.2 + 0.02 * (series % 13))
}
