/**
 * How the values of an activation are distributed, over any number of samples in memory that does not grow: bins of one
 * width over −limit to limit, a power of two. What is beyond it doubles the limit, and each two bins become one; so half of
 * the bins at least are in use.
 */
export interface Histogram {
  add(values: Float32Array): void
  /** Least and greatest value; both 0 when there were none. */
  readonly min: number
  readonly max: number
  /** Values, those that are exactly 0 included, and those alone: any scale represents them as they are. */
  readonly count: number
  readonly zeros: number
  /** Values that are no number, or infinite; they are in no bin. */
  readonly odd: number
  /** Of the bins' middle from its ends. */
  readonly limit: number
  /** Counts of the values that are not 0; bin i begins at `limit * (2 * i / length - 1)`. */
  readonly bins: Float64Array
}

const binCount = 4096

/** @param hasBins without them least and greatest value alone are found, which takes a third of the time */
export function createHistogram(hasBins = true): Histogram {
  const bins = new Float64Array(hasBins ? binCount : 0)
  let [min, max, count, zeros, odd, limit] = [Infinity, -Infinity, 0, 0, 0, 0]
  return {
    get min() {
      return min <= max ? min : 0
    },
    get max() {
      return min <= max ? max : 0
    },
    get count() {
      return count
    },
    get zeros() {
      return zeros
    },
    get odd() {
      return odd
    },
    get limit() {
      return limit
    },
    bins,
    add(values) {
      const ends = findEnds(values)
      min = Math.min(min, ends.least)
      max = Math.max(max, ends.greatest)
      odd += ends.odd
      count += values.length - ends.odd
      zeros += ends.zeros
      if (!hasBins) return
      limit = widen(bins, limit, Math.max(-ends.least, ends.greatest, 0))
      if (limit > 0) countValues(bins, limit, values)
    },
  }
}

interface Ends {
  readonly least: number
  readonly greatest: number
  readonly zeros: number
  /** Values that are no number, or infinite. */
  readonly odd: number
}

/** Least and greatest finite value; infinite when there is none. */
function findEnds(values: Float32Array): Ends {
  let [least, greatest, zeros, odd] = [Infinity, -Infinity, 0, 0]
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    // Of no other number is the difference from itself not 0.
    if (value - value !== 0) odd += 1
    else {
      if (value < least) least = value
      if (value > greatest) greatest = value
      if (value === 0) zeros += 1
    }
  }
  return { least, greatest, zeros, odd }
}

function countValues(bins: Float64Array, limit: number, values: Float32Array): void {
  const scale = binCount / 2 / limit
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    if (value === 0 || value - value !== 0) continue
    const bin = binCount / 2 + Math.floor(value * scale)
    bins[bin] = (bins[bin] ?? 0) + 1
  }
}

/** The limit that a value is below, with the bins brought to it. */
function widen(bins: Float64Array, limit: number, largest: number): number {
  if (largest < limit || largest === 0) return limit
  if (limit === 0) return powerAbove(largest)
  let wanted = limit
  for (; wanted <= largest; wanted *= 2) halve(bins)
  return wanted
}

/** By steps, since a logarithm is rounded. */
function powerAbove(value: number): number {
  let power = 1
  while (power <= value) power *= 2
  while (power / 2 > value) power /= 2
  return power
}

/** Each two bins become one, towards the middle. */
function halve(bins: Float64Array): void {
  const half = bins.length / 2
  const merged = new Float64Array(bins.length)
  for (const [index, counted] of bins.entries()) {
    const to = half / 2 + Math.floor(index / 2)
    merged[to] = (merged[to] ?? 0) + counted
  }
  bins.set(merged)
}
