import type { RunId } from '../../../src/protocol/ids.ts'
import { type CurveStrip, representative } from '../../shared/chart/curve-strip.ts'
import { smooth } from '../../shared/chart/smooth.ts'

/** A run as charts show it. */
export interface ShownRun {
  readonly runId: RunId
  readonly name: string
  readonly color: string
}

/** A metric of a run in a chart. */
export interface CurveLine {
  readonly run: ShownRun
  readonly key: string
  /** Tells the metrics of a run apart; the first has none. */
  readonly dash: readonly number[]
  readonly strip: CurveStrip
  /** Around the mean of a group: its least and greatest values are those of the band. */
  readonly band?: CurveStrip
  /** The runs that a group's line stands for. */
  readonly members?: ReadonlySet<RunId>
}

const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4]]

export function dashOf(keyIndex: number): readonly number[] {
  return dashes[keyIndex % dashes.length] ?? []
}

/**
 * A curve smoothed over what is drawn of it: each point, or for a stretch of points a value between its first and its
 * last. So a window that holds more points than pixels is averaged pixel by pixel.
 */
export function smoothStrip(strip: CurveStrip, weight: number): CurveStrip {
  const values = smooth(
    strip.starts.map((_, index) => representative(strip, index)),
    weight,
  )
  const middles = strip.starts.map((start, index) => (start + (strip.ends[index] ?? start)) / 2)
  const arrays = { firsts: values, lasts: values, mins: values, maxs: values, specials: strip.specials }
  return { starts: middles, ends: middles, ...arrays, isExact: true }
}
