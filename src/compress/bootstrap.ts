import { nearestRank } from './percentile.ts'
import { createRandom } from '../base/seeded-random.ts'
import type { Interval } from './score-interval.ts'

const [mostDraws, leastDraws] = [2000, 200]

/** Samples that are drawn in all, about: of many samples an interval needs few draws, and each takes long. */
const work = 2e7

/**
 * Places of samples that are drawn, with replacement, from `count` of them: the same each time. By default 2,000 sets, and
 * of more than 10,000 samples fewer, at least 200. Each is good until the next is drawn.
 *
 * @see B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13
 */
export function* drawPlaces(count: number, draws = drawsFor(count)): Generator<Uint32Array> {
  const random = createRandom(count)
  const places = new Uint32Array(count)
  for (let draw = 0; draw < draws; draw++) {
    for (let index = 0; index < count; index++) places[index] = random() * count
    yield places
  }
}

/** @param cost of one sample in one draw, as a multiple of that of a sum */
export function drawsFor(count: number, cost = 1): number {
  return Math.max(leastDraws, Math.min(mostDraws, Math.ceil(work / count / cost)))
}

/** The middle 95 % of what was found; NaNs are left out. Undefined when there is nothing else. */
export function intervalOf(found: readonly number[]): Interval | undefined {
  const sorted = Float64Array.from(found.filter((value) => !Number.isNaN(value))).toSorted()
  return sorted.length === 0 ? undefined : [nearestRank(sorted, 0.025), nearestRank(sorted, 0.975)]
}

/**
 * Interval of a statistic by the percentile bootstrap: it is computed for each set of `drawPlaces`.
 *
 * @param count of the samples
 * @param statistic of samples by their places, some of them several times; its NaNs are left out
 * @returns undefined when there are less than two samples, of which no spread can be told, or no statistic
 */
export function bootstrapInterval(
  count: number,
  statistic: (places: Uint32Array) => number,
  draws?: number,
): Interval | undefined {
  if (count < 2) return undefined
  const found: number[] = []
  for (const places of drawPlaces(count, draws)) found.push(statistic(places))
  return intervalOf(found)
}

/** Of the mean of values. */
export function bootstrapMean(values: Float64Array): Interval | undefined {
  return bootstrapInterval(values.length, (places) => {
    let sum = 0
    for (const place of places) sum += values[place] ?? 0
    return sum / places.length
  })
}
