import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import type { CurveStrip } from '../../shared/chart/curve-strip.ts'
import type { Frame } from '../../shared/chart/plot-area.ts'
import { createScale, padRange, type Range, type Scale } from '../../shared/chart/scale.ts'
import { linearTicks, logTicks, type Tick } from '../../shared/chart/ticks.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { clockTicks, durationTicks, localClock, toClockText, toDurationText } from '../../shared/chart/time-ticks.ts'
import { text } from '../../shared/texts.ts'
import { findClippedExtent, findExtent } from '../../shared/chart/trace-curve.ts'

/** What a user looks at closer; a missing axis shows all. */
export interface Zoom {
  readonly x?: Range
  readonly y?: Range
}

export interface CurveScales {
  readonly x: Scale
  readonly y: Scale
  /** The y axis leaves values out because the user asked for it. */
  readonly isClipped: boolean
}

type Options = Pick<CurveChartSpec, 'axis' | 'xMetric' | 'logX' | 'logY' | 'clipOutliers'>

type Axis = Pick<CurveChartSpec, 'axis' | 'xMetric'>

/** What tells the axes of charts apart: those of equal ones move together. */
export function axisOf({ axis, xMetric }: Axis): string {
  return xMetric === undefined ? axis : `metric ${xMetric}`
}

/** Wall time has no zero to take logarithms from. */
export function isLogX({ axis, xMetric, logX }: Axis & { logX: boolean }): boolean {
  return logX && (xMetric !== undefined || axis !== 'time')
}

/** The stretch of the x axis that curves take up; undefined when there is none to show. */
export function findSpan(strips: readonly CurveStrip[], isLog: boolean): Range | undefined {
  let [min, max] = [Infinity, -Infinity]
  for (const { starts, ends } of strips) {
    const index = isLog ? ends.findIndex((end) => end > 0) : 0
    const start = starts[index]
    if (start === undefined) continue
    // Steps and milliseconds are whole: 1 is the first that a stretch from 0 on may hold and a logarithm can show.
    min = Math.min(min, isLog && start <= 0 ? 1 : start)
    max = Math.max(max, ends.at(-1) ?? start)
  }
  return min <= max ? { min, max } : undefined
}

/** @param span of all that the curves hold, see `findSpan` */
export function createCurveScales(
  strips: readonly CurveStrip[],
  span: Range | undefined,
  options: Options,
  zoom: Zoom,
  { left, right, top, bottom }: Frame,
): CurveScales {
  const isLog = isLogX(options)
  const whole = span ?? (isLog ? { min: 1, max: 10 } : { min: 0, max: 1 })
  const xRange = zoom.x ?? (whole.min === whole.max ? padRange(whole, isLog, 0) : whole)
  const all = findExtent(strips, xRange, options.logY)
  const clipped = options.clipOutliers ? findClippedExtent(strips, xRange, options.logY) : undefined
  const isClipped =
    zoom.y === undefined &&
    clipped !== undefined &&
    all !== undefined &&
    (clipped.min > all.min || clipped.max < all.max)
  const shown = clipped ?? all ?? (options.logY ? { min: 0.1, max: 1 } : { min: 0, max: 1 })
  return {
    x: createScale(xRange, isLog, left, right),
    y: createScale(zoom.y ?? padRange(shown, options.logY, 0.05), options.logY, bottom, top),
    isClipped,
  }
}

export function createXTicks({ axis, xMetric }: Axis, scale: Scale, maxCount: number): Tick[] {
  if (axis === 'step' || xMetric !== undefined) return createTicks(scale, maxCount)
  if (axis === 'time') return clockTicks(scale, maxCount, localClock)
  if (!scale.isLog) return durationTicks(scale, maxCount)
  return logTicks(scale, maxCount).map(({ value }) => ({ value, label: toDurationText(value) }))
}

export function createTicks(scale: Scale, maxCount: number): Tick[] {
  return scale.isLog ? logTicks(scale, maxCount) : linearTicks(scale, maxCount)
}

/** A place on an axis in words: `step 1200`, `2m 30s`, `2026-03-09 14:05:30`, `tokens 3e9`. */
export function toPlaceText({ axis, xMetric }: Axis, x: number): string {
  if (xMetric !== undefined) return text('charts.place.metric', { metric: xMetric, place: toNumberText(x) })
  if (axis === 'step') return text('charts.place.step', { place: toNumberText(x) })
  return axis === 'relative' ? toDurationText(x) : toClockText(x, localClock)
}

/** A range around a value that is kept in its place. @param factor of its width, below 1 to see less */
export function zoomRange(scale: Scale, around: number, factor: number): Range {
  const [low, high, middle] = scale.isLog
    ? [Math.log(scale.min), Math.log(scale.max), Math.log(around)]
    : [scale.min, scale.max, around]
  const [min, max] = [middle + (low - middle) * factor, middle + (high - middle) * factor]
  return scale.isLog ? { min: Math.exp(min), max: Math.exp(max) } : { min, max }
}

/** Whether a window shows the last that there is, so that new points change what it shows. */
export function reachesEnd(zoom: Range | undefined, span: Range | undefined): boolean {
  return zoom === undefined || span === undefined || zoom.max >= span.max
}

/**
 * Cuts a stretch of a logarithmic axis into pieces, each at most four times as far as it begins, with the pixels that
 * each takes up: stretches of equal width within a piece are then at most four pixels wide.
 */
export function splitLog(span: Range | undefined, pixels: number): { range: Range; pixels: number }[] {
  if (span === undefined || span.max <= 0) return []
  const min = span.min > 0 ? span.min : span.max / 1e6
  if (span.max <= min) return []
  const count = Math.ceil(Math.log(span.max / min) / Math.log(4))
  const edgeAt = (index: number) => min * (span.max / min) ** (index / count)
  return Array.from({ length: count }, (_, index) => ({
    range: { min: edgeAt(index), max: index === count - 1 ? span.max : edgeAt(index + 1) },
    pixels: pixels / count,
  }))
}
