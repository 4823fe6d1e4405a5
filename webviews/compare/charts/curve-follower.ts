import { cursorLength, type CurveName, type CurveTails, tailKinds } from '../../../src/protocol/curves.ts'
import { appendStrip, type CurveStrip } from '../../shared/chart/curve-strip.ts'

/** A curve as it was read, and how far; undefined where it was missing. */
export interface FollowedCurve {
  readonly strip: CurveStrip | undefined
  readonly cursor: readonly number[]
}

/** Curves whose ends are to be read, by their places. */
export interface TailRequest {
  readonly places: readonly number[]
  readonly curves: readonly CurveName[]
  readonly cursors: readonly number[]
}

/** Which of the curves can go on from where they are; the others have to be read anew. */
export function planTails(names: readonly CurveName[], known: readonly FollowedCurve[]): TailRequest {
  const places = [...names.keys()].filter((place) => known[place]?.strip !== undefined)
  return {
    places,
    curves: places.flatMap((place) => names[place] ?? []),
    cursors: places.flatMap((place) => known[place]?.cursor ?? []),
  }
}

/**
 * Curves with what they have got since, and the places of those that have to be read anew: because a point came late,
 * or because there would be more stretches than a drawing has use for.
 */
export function appendTails(
  known: readonly FollowedCurve[],
  { places }: TailRequest,
  tails: CurveTails,
  limits: { readonly cellWidth: number; readonly maxStretches: number },
): { readonly curves: FollowedCurve[]; readonly outdated: readonly number[] } {
  const curves = [...known]
  const outdated = new Set(known.keys())
  let start = 0
  for (const [index, place] of places.entries()) {
    const end = start + (tails.counts[index] ?? 0)
    const strip = known[place]?.strip
    const tail = cutTail(tails, start, end, tails.exact[index] === 1)
    start = end
    if (strip === undefined || tails.kinds[index] !== tailKinds.goesOn) continue
    const appended = appendStrip(strip, tail, limits.cellWidth)
    if (appended.starts.length > limits.maxStretches) continue
    const cursor = [...tails.cursors.subarray(index * cursorLength, (index + 1) * cursorLength)]
    curves[place] = { strip: appended, cursor }
    outdated.delete(place)
  }
  return { curves, outdated: [...outdated] }
}

function cutTail(tails: CurveTails, start: number, end: number, isExact: boolean): CurveStrip {
  return {
    starts: tails.starts.subarray(start, end),
    ends: tails.ends.subarray(start, end),
    firsts: tails.firsts.subarray(start, end),
    lasts: tails.lasts.subarray(start, end),
    mins: tails.mins.subarray(start, end),
    maxs: tails.maxs.subarray(start, end),
    specials: tails.specials.subarray(start, end),
    isExact,
  }
}
