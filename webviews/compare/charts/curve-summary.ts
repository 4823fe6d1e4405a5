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
  const extremes = findExtremes(strip)
  const isLeastBest = goal === 'minimize'
  return {
    ...extremes,
    bestIndex: isLeastBest ? extremes.minIndex : extremes.maxIndex,
    best: isLeastBest ? extremes.min : extremes.max,
  }
}

type Extremes = ReturnType<typeof computeExtremes>
/** Strips never change, and are asked for each picture and each sentence. */
const known = new WeakMap<CurveStrip, Extremes>()

function findExtremes(strip: CurveStrip): Extremes {
  const found = known.get(strip) ?? computeExtremes(strip)
  known.set(strip, found)
  return found
}

function computeExtremes({ mins, maxs, firsts, lasts }: CurveStrip) {
  let [minIndex, maxIndex] = [-1, -1]
  let [least, greatest] = [Infinity, -Infinity]
  for (let index = 0; index < mins.length; index++) {
    const min = mins[index] ?? Number.NaN
    const max = maxs[index] ?? Number.NaN
    if (min < least && min > -Infinity) [minIndex, least] = [index, min]
    if (max > greatest && max < Infinity) [maxIndex, greatest] = [index, max]
  }
  const at = (values: Float64Array, index: number) => values[index] ?? Number.NaN
  const isFinite = (value: number) => Number.isFinite(value)
  const lastIndex = lasts.findLastIndex(isFinite)
  const [first, last] = [at(firsts, firsts.findIndex(isFinite)), at(lasts, lastIndex)]
  return { first, last, min: at(mins, minIndex), max: at(maxs, maxIndex), minIndex, maxIndex, lastIndex }
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
