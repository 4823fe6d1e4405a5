import { type CurveStrip, sortStrip } from '../../shared/chart/curve-strip.ts'
import { valueAt } from './group-curves.ts'

/**
 * A curve over another metric of its run in place of the step: each stretch stands at the value that the metric has at
 * the stretch's ends. Where the metric was not logged at that step, it is taken from the straight line between its two
 * nearest values; before its first and after its last one the curve is not shown. Stretches come in the order of the
 * metric. Least and greatest values stay true, so that no spike is lost.
 */
export function pairStrips(strip: CurveStrip, over: CurveStrip): CurveStrip {
  const starts = strip.starts.map((step) => valueAt(over, step))
  const ends = strip.ends.map((step) => valueAt(over, step))
  const low = starts.map((start, index) => Math.min(start, ends[index] ?? start))
  const high = starts.map((start, index) => Math.max(start, ends[index] ?? start))
  return sortStrip({ ...strip, starts: low, ends: high }, (index) => Number.isFinite(low[index]))
}
