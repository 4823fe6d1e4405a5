import { specialValues } from '../../protocol/curves.ts'
import { type PointKey, type Points, getPoint } from './points.ts'

/**
 * What can be said of a stretch of a series without its points: enough to draw it so that no spike is missing.
 * `min` and `max` are over finite values and NaN when there are none; `specials` says what else is there.
 */
export interface Bucket {
  readonly first: PointKey
  readonly last: PointKey
  readonly min: number
  readonly max: number
  /** Milliseconds; the timestamps of a series need not ascend with its steps. */
  readonly minTimestamp: number
  readonly maxTimestamp: number
  /** A sum of `specialValues`. */
  readonly specials: number
}

/** Sums up the points from `start` (included) to `end` (excluded). @throws {RangeError} when there are none */
export function summarize(points: Points, start = 0, end = points.steps.length): Bucket {
  let [min, max, specials] = [Infinity, -Infinity, 0]
  let [minTimestamp, maxTimestamp] = [Infinity, -Infinity]
  const { timestamps, values } = points
  for (let index = start; index < end; index++) {
    const value = values[index] ?? Number.NaN
    const timestamp = timestamps[index] ?? 0
    if (Number.isFinite(value)) {
      if (value < min) min = value
      if (value > max) max = value
    } else {
      specials |= specialOf(value)
    }
    if (timestamp < minTimestamp) minTimestamp = timestamp
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
  }
  return {
    first: getPoint(points, start),
    last: getPoint(points, end - 1),
    min: min > max ? Number.NaN : min,
    max: min > max ? Number.NaN : max,
    minTimestamp,
    maxTimestamp,
    specials,
  }
}

function specialOf(value: number): number {
  if (Number.isNaN(value)) return specialValues.nan
  return value > 0 ? specialValues.infinity : specialValues.minusInfinity
}

/** Sums up buckets that follow each other. @throws {RangeError} when there are none */
export function mergeBuckets(buckets: readonly Bucket[]): Bucket {
  const [first, last] = [buckets[0], buckets.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError('There are no buckets to merge.')
  return buckets.reduce(
    (sum, bucket) => ({
      first: sum.first,
      last: bucket.last,
      min: leastOf(sum.min, bucket.min),
      max: -leastOf(-sum.max, -bucket.max),
      minTimestamp: Math.min(sum.minTimestamp, bucket.minTimestamp),
      maxTimestamp: Math.max(sum.maxTimestamp, bucket.maxTimestamp),
      specials: sum.specials | bucket.specials,
    }),
    first,
  )
}

/** The smaller number, where NaN stands for none. */
function leastOf(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) || a < b ? a : b
}
