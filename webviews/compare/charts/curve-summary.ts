import type { HeadlineMetric } from '../../../src/protocol/headline-metric.ts'
import type { CurveStrip } from '../../shared/chart/curve-strip.ts'
import type { CurveLine } from './curve-line.ts'

/** What is said of a curve beside its drawing. Values are NaN, and indices -1, where it has none that are finite. */
export interface CurveSummary {
  readonly first: number
  readonly last: number
  readonly min: number
  readonly max: number
  /** The stretch that holds the best value, the earliest of several. */
  readonly bestIndex: number
  readonly best: number
  /** The last stretch whose last value is finite. */
  readonly lastIndex: number
}

export function summarizeCurve(strip: CurveStrip, goal: HeadlineMetric['goal']): CurveSummary {
  const { mins, maxs, firsts, lasts } = strip
  let [minIndex, maxIndex] = [-1, -1]
  for (let index = 0; index < mins.length; index++) {
    const [min, max] = [mins[index] ?? Number.NaN, maxs[index] ?? Number.NaN]
    if (Number.isFinite(min) && (minIndex < 0 || min < (mins[minIndex] ?? min))) minIndex = index
    if (Number.isFinite(max) && (maxIndex < 0 || max > (maxs[maxIndex] ?? max))) maxIndex = index
  }
  const at = (values: Float64Array, index: number) => values[index] ?? Number.NaN
  const lastIndex = lasts.findLastIndex((value) => Number.isFinite(value))
  const isLeastBest = goal === 'minimize'
  return {
    first: at(
      firsts,
      firsts.findIndex((value) => Number.isFinite(value)),
    ),
    last: at(lasts, lastIndex),
    min: at(mins, minIndex),
    max: at(maxs, maxIndex),
    bestIndex: isLeastBest ? minIndex : maxIndex,
    best: isLeastBest ? at(mins, minIndex) : at(maxs, maxIndex),
    lastIndex,
  }
}

export interface SummarizedLine {
  readonly line: CurveLine
  readonly summary: CurveSummary
}

/** The curve with the best value; undefined when none has a finite one. */
export function findBest(lines: readonly SummarizedLine[], goal: HeadlineMetric['goal']): SummarizedLine | undefined {
  const isBetter = (a: number, b: number) => (goal === 'minimize' ? a < b : a > b)
  let best: SummarizedLine | undefined
  for (const candidate of lines) {
    if (Number.isNaN(candidate.summary.best)) continue
    if (best === undefined || isBetter(candidate.summary.best, best.summary.best)) best = candidate
  }
  return best
}

/** Which way most curves went from their first to their last value. */
export function findTrend(lines: readonly SummarizedLine[]): 'rising' | 'falling' | 'mixed' {
  const directions = lines.map(({ summary }) => Math.sign(summary.last - summary.first))
  const rising = directions.filter((direction) => direction > 0).length
  const falling = directions.filter((direction) => direction < 0).length
  if (rising > falling * 2) return 'rising'
  return falling > rising * 2 ? 'falling' : 'mixed'
}
