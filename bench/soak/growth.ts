import { median } from '../median.ts'

/**
 * How much of each figure there is at the end for what there was at the beginning: the median of the last quarter over
 * the median of the second one. The first quarter is that in which caches and the parts of the page are filled.
 */
export function findGrowth(
  samples: readonly Readonly<Record<string, number>>[],
  figures: readonly string[],
): Readonly<Record<string, number>> {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const of = (part: readonly Readonly<Record<string, number>>[], figure: string) =>
    median(part.map((sample) => sample[figure] ?? NaN))
  const early = samples.slice(quarter, 2 * quarter)
  const late = samples.slice(-quarter)
  return Object.fromEntries(figures.map((figure) => [figure, of(late, figure) / of(early, figure)]))
}
