import type { Histogram } from './histogram.ts'

/** What an activation is expected to hold, and is cut off at. */
export interface ActivationRange {
  readonly min: number
  readonly max: number
}

/** What was seen of a value. */
export interface SeenValue extends ActivationRange {
  /** How many dims it has. */
  readonly rank: number
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
  const cost = method === 'entropy' ? divergenceFrom(histogram) : squareErrorFrom(histogram)
  let [best, least] = [whole, Infinity]
  for (const range of candidates(histogram, whole)) {
    const found = cost(range)
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
function squareErrorFrom({ bins, limit }: Histogram): (range: ActivationRange) => number {
  const width = (2 * limit) / bins.length
  return (range) => {
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
}

/** What a bin without any values is told as: a logarithm of 0 there is none. */
const untold = 1e-12

/**
 * The Kullback–Leibler divergence of the distribution that the levels of a range can tell from that which was seen, whose
 * values outside stand at its ends. A level tells the sum of its bins, which is spread evenly over those that had any.
 * Zeros are left out: every range represents them.
 *
 * All bins of a level are told as the same, so with sums up to each bin a range takes a step for each level rather than
 * for each bin.
 *
 * @see Migacz, 8-bit Inference with TensorRT, GTC 2017
 */
function divergenceFrom(histogram: Histogram): (range: ActivationRange) => number {
  const { bins } = histogram
  const counts = sumsUpTo(bins, (counted) => counted)
  const filled = sumsUpTo(bins, (counted) => (counted > 0 ? 1 : 0))
  const logarithms = sumsUpTo(bins, (counted) => (counted > 0 ? counted * Math.log(counted) : 0))
  const all = between(counts, 0, bins.length)
  /** Of a bin with so many values, of which as many as `share` of all are told. */
  const term = (counted: number, share: number) =>
    counted === 0 ? 0 : (counted / all) * Math.log(counted / all / Math.max(share, untold))
  return (range) => {
    const [start, end] = binsOf(histogram, range)
    const inside = between(counts, start, end)
    if (inside === 0) return Infinity
    let [told, first, last] = [0, 0, 0]
    for (let level = 0; level < levels; level++) {
      const from = start + Math.floor((level * (end - start)) / levels)
      const to = start + Math.floor(((level + 1) * (end - start)) / levels)
      const total = between(counts, from, to)
      const each = total === 0 ? 0 : total / between(filled, from, to)
      if (total > 0) told += total * Math.log(each / inside)
      if (from === start && to > from) first = each / inside
      if (to === end && to > from) last = each / inside
    }
    const within = (between(logarithms, start, end) - inside * Math.log(all) - told) / all
    const ends = new Map([[start, first]]).set(end - 1, last)
    const outside = new Map([[start, between(counts, 0, start)]])
    outside.set(end - 1, (outside.get(end - 1) ?? 0) + between(counts, end, bins.length))
    let beyond = 0
    for (const [index, more] of outside) {
      const counted = bins[index] ?? 0
      const share = counted === 0 ? 0 : (ends.get(index) ?? 0)
      beyond += term(counted + more, share) - term(counted, share)
    }
    return within + beyond
  }
}

/** At each index the sum of what comes before it. */
function sumsUpTo(bins: Float64Array, of: (counted: number) => number): Float64Array {
  const sums = new Float64Array(bins.length + 1)
  for (let index = 0; index < bins.length; index++) sums[index + 1] = (sums[index] ?? 0) + of(bins[index] ?? 0)
  return sums
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0)
}
