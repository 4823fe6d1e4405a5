import { type CurveWindow, specialValues } from '../protocol/curves.ts'

/** Reads a part of one curve over steps; both ends are included. */
export type ReadCurve = (from: number | undefined, to: number | undefined, buckets: number) => Promise<CurveWindow>

export type Goal = 'maximize' | 'minimize'

/**
 * How a curve goes, by the better of its values over its last quarter of steps against all before, in parts of its
 * range R = greatest − least finite value:
 *
 * - `empty`: no finite value at all;
 * - `diverged`: NaN or an infinity in the last quarter, or its best is worse than the best before by more than R / 2;
 * - `short`: fewer than 8 points, too few to say more;
 * - `constant`: R is 0;
 * - `improving`: its best is better than the best before by more than R / 100;
 * - `worsening`: its best is worse than the best before by more than R / 10;
 * - `plateau`: else.
 *
 * The first that applies, in this order.
 */
export type Trend = 'empty' | 'diverged' | 'short' | 'constant' | 'improving' | 'worsening' | 'plateau'

export interface CurveSummary {
  readonly trend: Trend
  readonly firstStep: number
  readonly lastStep: number
  readonly first: number
  readonly last: number
  /** Of finite values; NaN when there are none. */
  readonly min: number
  readonly max: number
  /** The best finite value, at the first step that has it. */
  readonly best: { readonly value: number; readonly step: number } | undefined
  /** The first step whose value comes within R / 100 of the best. */
  readonly nearBestSince: number | undefined
  /** Names of the values that are not finite. */
  readonly specials: readonly string[]
  /** Exact when every point was read, else at least. */
  readonly pointCount: { readonly count: number; readonly isExact: boolean }
  /** A dozen values over the curve, as they were logged. */
  readonly samples: readonly { readonly step: number; readonly value: number }[]
}

/** A stretch of points with what is true of all of them. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly first: number
  readonly last: number
  /** Of finite values; NaN when there are none. */
  readonly min: number
  readonly max: number
  readonly specials: number
}

const buckets = 1024
const sampleCount = 12
const fewPoints = 8

/**
 * Sums up a curve from windows of it. Every figure is exact whatever the length: a piece that holds more than one point
 * is read again, closer, until the step that is looked for is known.
 *
 * @returns undefined when the run has no such metric, or no point in the range
 */
export async function summarizeCurve(
  read: ReadCurve,
  goal: Goal,
  range: { readonly from?: number | undefined; readonly to?: number | undefined } = {},
): Promise<CurveSummary | undefined> {
  const window = await read(range.from, range.to, buckets)
  const pieces = toPieces(window)
  const [head, tail] = [pieces[0], pieces.at(-1)]
  if (head === undefined || tail === undefined) return undefined
  const whole = sumUp(pieces)
  const isBetter = goal === 'maximize' ? (a: number, b: number) => a > b : (a: number, b: number) => a < b
  const best = goal === 'maximize' ? whole.max : whole.min
  const nearness = (whole.max - whole.min) / 100
  const near = goal === 'maximize' ? best - nearness : best + nearness
  const reaches = (limit: number) => (piece: Piece) => {
    const value = goal === 'maximize' ? piece.max : piece.min
    return Number.isFinite(value) && !isBetter(limit, value)
  }
  const findStep = (limit: number) => findFirstStep(read, pieces, reaches(limit))
  return {
    trend: await findTrend(read, whole, pieces, goal),
    firstStep: head.start,
    lastStep: tail.end,
    first: head.first,
    last: tail.last,
    min: whole.min,
    max: whole.max,
    best: Number.isNaN(best) ? undefined : { value: best, step: await findStep(best) },
    nearBestSince: Number.isNaN(best) ? undefined : await findStep(near),
    specials: nameSpecials(whole.specials),
    pointCount: { count: window.kind === 'points' ? pieces.length : 2 * buckets, isExact: window.kind === 'points' },
    samples: pickSamples(pieces),
  }
}

function toPieces(window: CurveWindow): readonly Piece[] {
  if (window.kind === 'missing') return []
  if (window.kind === 'points') {
    const { xs, values } = window
    return Array.from(xs, (x, index): Piece => {
      const value = values[index] ?? Number.NaN
      const finite = Number.isFinite(value) ? value : Number.NaN
      return { start: x, end: x, first: value, last: value, min: finite, max: finite, specials: specialOf(value) }
    })
  }
  const { starts, ends, firsts, lasts, mins, maxs, specials } = window
  const at = (array: Float64Array, index: number) => array[index] ?? Number.NaN
  return Array.from(starts, (start, index) => ({
    start,
    end: at(ends, index),
    first: at(firsts, index),
    last: at(lasts, index),
    min: at(mins, index),
    max: at(maxs, index),
    specials: specials[index] ?? 0,
  }))
}

function specialOf(value: number): number {
  if (Number.isNaN(value)) return specialValues.nan
  if (value === Infinity) return specialValues.infinity
  return value === -Infinity ? specialValues.minusInfinity : 0
}

function nameSpecials(flags: number): readonly string[] {
  return [
    ...(flags & specialValues.nan ? ['NaN'] : []),
    ...(flags & specialValues.infinity ? ['Infinity'] : []),
    ...(flags & specialValues.minusInfinity ? ['-Infinity'] : []),
  ]
}

/** The extremes of all, and what is not finite. */
function sumUp(pieces: readonly Piece[]): Pick<Piece, 'min' | 'max' | 'specials'> {
  let [min, max, specials] = [Number.NaN, Number.NaN, 0]
  for (const piece of pieces) {
    if (!(min <= piece.min)) min = Number.isNaN(piece.min) ? min : piece.min
    if (!(max >= piece.max)) max = Number.isNaN(piece.max) ? max : piece.max
    specials |= piece.specials
  }
  return { min, max, specials }
}

async function findTrend(
  read: ReadCurve,
  whole: ReturnType<typeof sumUp>,
  pieces: readonly Piece[],
  goal: Goal,
): Promise<Trend> {
  if (Number.isNaN(whole.min)) return 'empty'
  const [from, to] = [pieces[0]?.start ?? 0, pieces.at(-1)?.end ?? 0]
  const split = from + Math.floor(((to - from) * 3) / 4)
  const [before, late] = await Promise.all([read(from, split, 1), read(split + 1, to, 1)])
  const [early, last] = [sumUp(toPieces(before)), sumUp(toPieces(late))]
  if (last.specials !== 0 || (pieces.at(-1)?.specials ?? 0) !== 0) return 'diverged'
  if (pieces.length < fewPoints) return 'short'
  const range = whole.max - whole.min
  if (range === 0) return 'constant'
  const gain = goal === 'maximize' ? last.max - early.max : early.min - last.min
  if (gain < -range / 2) return 'diverged'
  if (gain > range / 100) return 'improving'
  return gain < -range / 10 ? 'worsening' : 'plateau'
}

/** The step of the first point for which `isHit` holds; it must hold for a piece if and only if for a point of it. */
async function findFirstStep(
  read: ReadCurve,
  pieces: readonly Piece[],
  isHit: (piece: Piece) => boolean,
): Promise<number> {
  const hit = pieces.find((piece) => isHit(piece))
  if (hit === undefined) return Number.NaN
  if (hit.start === hit.end) return hit.start
  return findFirstStep(read, toPieces(await read(hit.start, hit.end, buckets)), isHit)
}

function pickSamples(pieces: readonly Piece[]): CurveSummary['samples'] {
  const count = Math.min(sampleCount, pieces.length)
  const places = Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.round((index * (pieces.length - 1)) / (count - 1)),
  )
  return places.flatMap((place) => {
    const piece = pieces[place]
    // The last point of a stretch, so that the end of the curve is among them.
    return piece === undefined ? [] : [{ step: piece.end, value: piece.last }]
  })
}
