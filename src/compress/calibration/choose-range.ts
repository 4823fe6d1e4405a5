import type { Histogram } from './histogram.ts'

/** What an activation is expected to hold, and is cut off at. */
export interface ActivationRange {
  readonly min: number
  readonly max: number
}

/**
 * How a range is chosen. `min-max`: all that was seen. `entropy`: the range whose 256 levels tell most of the
 * distribution. `percentile`: all but one in a hundred thousand values, at both ends together. `mse`: the range with the
 * least square error of rounding and cutting off.
 */
export const rangeMethods = ['min-max', 'entropy', 'percentile', 'mse'] as const
export type RangeMethod = (typeof rangeMethods)[number]

/** Levels of 8 bits. */
const levels = 256

/** @returns a range that holds 0, which has to be represented as it is */
export function chooseRange(histogram: Histogram, method: RangeMethod): ActivationRange {
  const whole = withZero(histogram)
  if (method === 'min-max' || histogram.count === histogram.zeros) return whole
  if (method === 'percentile') return within(whole, percentileRange(histogram, 0.99999))
  const cost = method === 'entropy' ? divergence : squareError
  let [best, least] = [whole, Infinity]
  for (const range of candidates(histogram, whole)) {
    const found = cost(histogram, range)
    if (found < least) [best, least] = [range, found]
  }
  return best
}

function withZero({ min, max }: ActivationRange): ActivationRange {
  return { min: Math.min(min, 0), max: Math.max(max, 0) }
}

function within(whole: ActivationRange, range: ActivationRange): ActivationRange {
  return withZero({ min: Math.max(whole.min, range.min), max: Math.min(whole.max, range.max) })
}

/** Ranges that end at a bin, from all that was seen down to what has a bin for each level. */
function* candidates({ limit, bins }: Histogram, whole: ActivationRange): Generator<ActivationRange> {
  yield whole
  const width = (2 * limit) / bins.length
  const most = Math.floor(Math.max(-whole.min, whole.max) / width)
  // A range that is cut to one side of 0 has its levels there alone.
  const fewest = whole.min === 0 || whole.max === 0 ? levels : levels / 2
  const step = Math.max(1, Math.floor(most / 512))
  for (let count = most; count >= fewest; count -= step) {
    yield within(whole, { min: -count * width, max: count * width })
  }
}

function percentileRange({ bins, limit, zeros, count }: Histogram, share: number): ActivationRange {
  const cut = ((1 - share) / 2) * count
  const width = (2 * limit) / bins.length
  const end = (indices: Iterable<number>) => {
    let beyond = 0
    for (const index of indices) {
      // Zeros lie between the two bins of the middle.
      if (index === bins.length / 2) beyond += zeros
      beyond += bins[index] ?? 0
      if (beyond > cut) return index
    }
    return bins.length / 2
  }
  const indices = Array.from(bins.keys())
  return { min: end(indices) * width - limit, max: (end(indices.toReversed()) + 1) * width - limit }
}

/** First and last bin of a range, the last not included. */
function binsOf({ bins, limit }: Histogram, { min, max }: ActivationRange): readonly [start: number, end: number] {
  const scale = bins.length / 2 / limit
  const start = Math.floor((min + limit) * scale)
  const end = Math.min(bins.length, Math.max(start + 1, Math.ceil((max + limit) * scale)))
  return [start, end]
}

/**
 * Sum of squares of what rounding and cutting off change: a value inside is off by its level's width over the root of 12,
 * one outside by its distance from the end.
 */
function squareError(histogram: Histogram, range: ActivationRange): number {
  const { bins, limit } = histogram
  const width = (2 * limit) / bins.length
  const rounding = ((range.max - range.min) / (levels - 1)) ** 2 / 12
  let sum = 0
  for (let index = 0; index < bins.length; index++) {
    const counted = bins[index] ?? 0
    if (counted === 0) continue
    const value = (index + 0.5) * width - limit
    const beyond = Math.max(range.min - value, value - range.max, 0)
    sum += counted * (beyond > 0 ? beyond ** 2 : rounding)
  }
  return sum
}

/**
 * The Kullback–Leibler divergence of the distribution that the levels of a range can tell from that which was seen, whose
 * values outside stand at its ends. Zeros are left out: every range represents them.
 *
 * @see Migacz, 8-bit Inference with TensorRT, GTC 2017
 */
function divergence(histogram: Histogram, range: ActivationRange): number {
  const { bins } = histogram
  const [start, end] = binsOf(histogram, range)
  const seen = bins.slice(start, end)
  const told = spread(seen)
  seen[0] = (seen[0] ?? 0) + sum(bins.subarray(0, start))
  seen[seen.length - 1] = (seen.at(-1) ?? 0) + sum(bins.subarray(end))
  const [allSeen, allTold] = [sum(seen), sum(told)]
  if (allTold === 0) return Infinity
  let divergent = 0
  for (let index = 0; index < seen.length; index++) {
    const counted = seen[index] ?? 0
    if (counted === 0) continue
    const p = counted / allSeen
    divergent += p * Math.log(p / Math.max((told[index] ?? 0) / allTold, 1e-12))
  }
  return divergent
}

/** What is left of counts when each level has one: it is spread evenly over the bins that had any. */
function spread(counts: Float64Array): Float64Array {
  const told = new Float64Array(counts.length)
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * counts.length) / levels)
    const to = Math.floor(((level + 1) * counts.length) / levels)
    let [total, filled] = [0, 0]
    for (let at = from; at < to; at++) {
      total += counts[at] ?? 0
      if ((counts[at] ?? 0) > 0) filled += 1
    }
    for (let at = from; at < to; at++) if ((counts[at] ?? 0) > 0) told[at] = total / filled
  }
  return told
}

function sum(counts: Float64Array): number {
  let total = 0
  for (let index = 0; index < counts.length; index++) total += counts[index] ?? 0
  return total
}
