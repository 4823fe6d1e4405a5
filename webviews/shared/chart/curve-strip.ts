import { type CurveBuckets, type CurveWindow, specialValues } from '../../../src/protocol/curves.ts'
import type { Range } from './scale.ts'

/**
 * A curve as it is drawn: stretches from left to right. A single point is a stretch of its own. Values that are not
 * finite are left out of what is drawn and are flagged.
 */
export interface CurveStrip extends CurveBuckets {
  /** Each stretch is one point. */
  readonly isExact: boolean
}

const numberFields = ['starts', 'ends', 'firsts', 'lasts', 'mins', 'maxs'] as const satisfies (keyof CurveBuckets)[]

/** Undefined for a curve that is missing. */
export function toStrip(window: CurveWindow): CurveStrip | undefined {
  if (window.kind === 'missing') return undefined
  if (window.kind === 'buckets') return inOrder({ ...window, isExact: false })
  const { xs, values } = window
  const arrays = { starts: xs, ends: xs, firsts: values, lasts: values, mins: values, maxs: values }
  return inOrder({ ...arrays, specials: Uint8Array.from(values, specialOf), isExact: true })
}

function specialOf(value: number): number {
  if (Number.isFinite(value)) return 0
  if (Number.isNaN(value)) return specialValues.nan
  return value > 0 ? specialValues.infinity : specialValues.minusInfinity
}

/** Points come in the order of their steps, which need not be that of their times. */
function inOrder(strip: CurveStrip): CurveStrip {
  const { starts } = strip
  let index = 1
  while (index < starts.length && (starts[index] ?? 0) >= (starts[index - 1] ?? 0)) index += 1
  return index >= starts.length ? strip : sortStrip(strip)
}

/** Stretches from left to right. @param isKept which of them are kept, by index; default: all */
export function sortStrip(strip: CurveStrip, isKept: (index: number) => boolean = () => true): CurveStrip {
  const { starts } = strip
  const order = Array.from(starts.keys())
    .filter(isKept)
    .sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0))
  const sorted = createStrip(order.length, strip.isExact)
  for (const [to, from] of order.entries()) {
    for (const field of numberFields) sorted[field][to] = strip[field][from] ?? Number.NaN
    sorted.specials[to] = strip.specials[from] ?? 0
  }
  return sorted
}

function createStrip(length: number, isExact: boolean): CurveStrip {
  const numbers = () => new Float64Array(length)
  return {
    starts: numbers(),
    ends: numbers(),
    firsts: numbers(),
    lasts: numbers(),
    mins: numbers(),
    maxs: numbers(),
    specials: new Uint8Array(length),
    isExact,
  }
}

/** The stretches from one index to before another; shares the memory of the whole. */
export function cutStrip(strip: CurveStrip, from: number, to = strip.starts.length): CurveStrip {
  return {
    starts: strip.starts.subarray(from, to),
    ends: strip.ends.subarray(from, to),
    firsts: strip.firsts.subarray(from, to),
    lasts: strip.lasts.subarray(from, to),
    mins: strip.mins.subarray(from, to),
    maxs: strip.maxs.subarray(from, to),
    specials: strip.specials.subarray(from, to),
    isExact: strip.isExact,
  }
}

/** How many of these ascending numbers lie below `x`. */
export function countBelow(numbers: Float64Array, x: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) < x) low = middle + 1
    else high = middle
  }
  return low
}

/** The stretches that a window shows, with one more on both sides, from `from` to before `to`. */
export function findVisible({ starts }: CurveStrip, { min, max }: Range): { from: number; to: number } {
  return { from: Math.max(0, countBelow(starts, min) - 1), to: Math.min(starts.length, countBelow(starts, max) + 1) }
}

/** The index of the stretch that is nearest to `x`; -1 in an empty strip. */
export function findNearest({ starts, ends }: CurveStrip, x: number): number {
  const after = countBelow(starts, x)
  if (after === 0) return starts.length === 0 ? -1 : 0
  if (after === starts.length) return after - 1
  return x - (ends[after - 1] ?? 0) <= (starts[after] ?? 0) - x ? after - 1 : after
}

/** What a stretch is taken for where one value has to stand for it: between its first and its last. */
export function representative(strip: CurveStrip, index: number): number {
  const first = strip.firsts[index] ?? Number.NaN
  const last = strip.lasts[index] ?? Number.NaN
  if (Number.isFinite(first) && Number.isFinite(last)) return first === last ? first : (first + last) / 2
  if (Number.isFinite(last)) return last
  if (Number.isFinite(first)) return first
  const middle = ((strip.mins[index] ?? Number.NaN) + (strip.maxs[index] ?? Number.NaN)) / 2
  return Number.isFinite(middle) ? middle : last
}

/**
 * Adds to a window of a curve its nearest stretches outside, where another reading of the curve has them, so that lines
 * run on to the edges however far apart the points are.
 */
export function joinNeighbours(window: CurveStrip, whole: CurveStrip, asked: Range): CurveStrip {
  const before = countBelow(whole.starts, asked.min) - 1
  const after = countBelow(whole.starts, asked.max)
  const isBefore = before >= 0 && (whole.ends[before] ?? asked.min) < asked.min
  const isAfter = after < whole.starts.length && (whole.starts[after] ?? asked.max) > asked.max
  if (!isBefore && !isAfter) return window
  const parts = [
    isBefore ? cutStrip(whole, before, before + 1) : undefined,
    window,
    isAfter ? cutStrip(whole, after, after + 1) : undefined,
  ]
  return joinStrips(parts.filter((part) => part !== undefined))
}

/**
 * A curve with what it has got since. A stretch that begins in the cell that the last one began in becomes one with it,
 * so that a curve that grows by a point a second does not get a stretch a second.
 *
 * @param cellWidth in the unit of the x axis; 0 for none
 */
export function appendStrip(strip: CurveStrip, tail: CurveStrip, cellWidth: number): CurveStrip {
  if (tail.starts.length === 0) return strip
  const last = strip.starts.length - 1
  const cellOf = (x: number | undefined) => Math.floor((x ?? 0) / cellWidth)
  const isInOrder = (tail.starts[0] ?? 0) >= (strip.ends[last] ?? -Infinity)
  if (!isInOrder) return joinStrips([strip, tail])
  const isMerged = last >= 0 && cellWidth > 0 && cellOf(strip.starts[last]) === cellOf(tail.starts[0])
  const rest = isMerged ? 1 : 0
  const join = (of: (strip: CurveStrip) => Float64Array) => {
    const joined = new Float64Array(last + 1 + tail.starts.length - rest)
    joined.set(of(strip))
    joined.set(of(tail).subarray(rest), last + 1)
    return joined
  }
  const made = {
    starts: join(({ starts }) => starts),
    ends: join(({ ends }) => ends),
    firsts: join(({ firsts }) => firsts),
    lasts: join(({ lasts }) => lasts),
    mins: join(({ mins }) => mins),
    maxs: join(({ maxs }) => maxs),
    specials: joinBytes(strip.specials, tail.specials.subarray(rest)),
    isExact: strip.isExact && tail.isExact && !isMerged,
  }
  if (isMerged) {
    made.ends[last] = tail.ends[0] ?? Number.NaN
    made.lasts[last] = tail.lasts[0] ?? Number.NaN
    made.mins[last] = leastOf(made.mins[last], tail.mins[0])
    made.maxs[last] = -leastOf(-(made.maxs[last] ?? Number.NaN), -(tail.maxs[0] ?? Number.NaN))
    made.specials[last] = (strip.specials[last] ?? 0) | (tail.specials[0] ?? 0)
  }
  return made
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

/** The smaller of two finite numbers; what is not finite counts for none. */
function leastOf(a = Number.NaN, b = Number.NaN): number {
  if (!Number.isFinite(a)) return Number.isFinite(b) ? b : Number.NaN
  return Number.isFinite(b) ? Math.min(a, b) : a
}

/** Parts of one curve as one, from left to right. */
export function joinStrips(parts: readonly CurveStrip[]): CurveStrip {
  const length = parts.reduce((length, { starts }) => length + starts.length, 0)
  const joined = createStrip(
    length,
    parts.every(({ isExact }) => isExact),
  )
  let at = 0
  for (const part of parts) {
    for (const field of numberFields) joined[field].set(part[field], at)
    joined.specials.set(part.specials, at)
    at += part.starts.length
  }
  return inOrder(joined)
}
