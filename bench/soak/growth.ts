import { median } from '../median.ts'

/** What was noted at one time, by the name of the figure. */
export type Sample = Readonly<Record<string, number>>

/**
 * How much of each figure there is at the end for what there was at the beginning: the median of the last quarter over
 * the median of the second one. The first quarter is that in which caches and the parts of the page are filled.
 */
export function findGrowth(samples: readonly Sample[], figures: readonly string[]): Readonly<Record<string, number>> {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const late = samples.slice(-quarter)
  const level = (figure: string) => medianOf(late, figure) / findEarlyLevel(samples, figure)
  return Object.fromEntries(figures.map((figure) => [figure, level(figure)]))
}

/** What a figure is measured by: its median in the second quarter. */
export function findEarlyLevel(samples: readonly Sample[], figure: string): number {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  return medianOf(samples.slice(quarter, 2 * quarter), figure)
}

function medianOf(samples: readonly Sample[], figure: string): number {
  return median(samples.map((sample) => sample[figure] ?? NaN))
}
