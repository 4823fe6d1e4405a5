import type { RunId } from './ids.ts'

/** What a curve is drawn over. Relative time is since the start of the run. */
export const curveAxes = ['step', 'time', 'relative'] as const
export type CurveAxis = (typeof curveAxes)[number]

export interface CurveName {
  readonly runId: RunId
  readonly key: string
}

/**
 * Stretches of a curve from left to right, without a gap, each with the true first, last, least and greatest of its
 * values. All arrays are of equal length.
 */
export interface CurveBuckets {
  /** Of the first and of the last point of each stretch; both are the same for a stretch of one. */
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly firsts: Float64Array
  readonly lasts: Float64Array
  /** Of finite values; NaN where a stretch has none. */
  readonly mins: Float64Array
  readonly maxs: Float64Array
  /** Values that are not finite: a sum of `specialValues`. */
  readonly specials: Uint8Array
}

/** A part of a curve, exact whatever its length; all arrays of one curve are of equal length. */
export type CurveWindow =
  /** Every point of the window. */
  | {
      readonly kind: 'points'
      readonly xs: Float64Array
      readonly values: Float64Array
      /** Where the x axis is not the step, the steps. */
      readonly steps?: Float64Array
    }
  | ({ readonly kind: 'buckets' } & CurveBuckets)
  /** The run or the series is not there. */
  | { readonly kind: 'missing' }

/** Flags of `CurveBuckets.specials`. */
export const specialValues = { nan: 1, infinity: 2, minusInfinity: 4 } as const

/**
 * How far a series was read: `curves/tail` goes on from there. Opaque to clients; three numbers for each curve, NaN
 * for one that is missing.
 */
export type CurveCursors = Float64Array

export const cursorLength = 3

/** What became of a curve since its cursor. */
export const tailKinds = {
  /** It goes on with so many stretches, or none. */
  goesOn: 0,
  /** It cannot be told by its end alone: read its window anew. */
  changed: 1,
  /** The run or the series is not there. */
  missing: 2,
} as const

/** What many curves have got since they were read; the stretches of all curves one after another. */
export interface CurveTails extends CurveBuckets {
  /** One of `tailKinds` for each curve. */
  readonly kinds: Uint8Array
  /** Stretches of each curve. */
  readonly counts: Uint32Array
  /** For each curve, 1 when each of its stretches is one point. */
  readonly exact: Uint8Array
  readonly cursors: CurveCursors
}
