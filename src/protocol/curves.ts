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
