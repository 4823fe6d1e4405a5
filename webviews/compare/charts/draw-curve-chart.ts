import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import type { ChartTheme } from '../../shared/chart/chart-theme.ts'
import { countTicks, drawAxes } from '../../shared/chart/draw-axes.ts'
import { drawBand, drawCurve, drawDot, drawSpecials } from '../../shared/chart/draw-curve.ts'
import { clear, type PlotArea, withinFrame } from '../../shared/chart/plot-area.ts'
import type { Stretch } from '../../shared/chart/plot-gestures.ts'
import { type CurveLine, smoothStrip } from './curve-line.ts'
import type { Reading } from './curve-readout.ts'
import { createTicks, createXTicks, type CurveScales } from './curve-scales.ts'
import { findBest, summarizeCurve } from './curve-summary.ts'

/** CSS pixels. */
const lineWidth = 1.5
/** Many lines are told apart better when they are thin, and lines of one device pixel are drawn several times as fast. */
const manyLines = 20
const rawOpacity = 0.22
/** More dots on the crosshair hide each other. */
const maxDots = 50

export function drawCurveAxes(
  { axes, frame }: PlotArea,
  theme: ChartTheme,
  scales: CurveScales,
  spec: CurveChartSpec,
): void {
  const counts = countTicks(frame)
  drawAxes(axes, frame, theme, {
    x: { scale: scales.x, ticks: createXTicks(spec, scales.x, counts.x) },
    y: { scale: scales.y, ticks: createTicks(scales.y, counts.y) },
  })
}

/** Draws the curves with their marks. The same arguments give the same picture. */
export function drawCurveLines(
  { data, frame }: PlotArea,
  theme: ChartTheme,
  lines: readonly CurveLine[],
  scales: CurveScales,
  { smoothing }: CurveChartSpec,
): void {
  clear(data)
  const isCrowded = lines.length > manyLines
  const width = isCrowded ? 1 / frame.ratio : lineWidth
  withinFrame(data, frame, () => {
    for (const { band, run } of lines) if (band !== undefined) drawBand(data, band, scales, run.color)
    for (const { strip, run, dash } of lines) {
      const style = { color: run.color, width, dash }
      if (smoothing > 0) {
        drawCurve(data, frame, strip, scales, { ...style, width: 1 / frame.ratio, opacity: rawOpacity })
        drawCurve(data, frame, smoothStrip(strip, smoothing), scales, { ...style, opacity: 1 })
      } else {
        drawCurve(data, frame, strip, scales, { ...style, opacity: 1 })
      }
      drawSpecials(data, frame, strip, scales.x, run.color)
    }
  })
  // A mark may stand at the very edge of the frame, hence is not cut off there.
  for (const line of isCrowded ? findBestLines(lines) : lines) drawMarks(data, theme, line, scales, frame.ratio)
}

/** Of many curves the best one of each metric alone is marked: hundreds of marks hide the curves. */
function findBestLines(lines: readonly CurveLine[]): CurveLine[] {
  const byKey = Map.groupBy(lines, ({ key }) => key)
  return Array.from(byKey).flatMap(([key, ofKey]) => {
    const goal = inferGoal(key)
    const best = findBest(
      ofKey.map((line) => ({ line, summary: summarizeCurve(line.strip, goal) })),
      goal,
    )
    return best?.line ?? []
  })
}

/** A ring at the best value, a dot at the last one. */
function drawMarks(
  context: CanvasRenderingContext2D,
  theme: ChartTheme,
  { strip, run, key }: CurveLine,
  { x, y }: CurveScales,
  ratio: number,
): void {
  const { best, bestIndex, last, lastIndex } = summarizeCurve(strip, inferGoal(key))
  const isInside = (place: number, value: number) =>
    place >= x.min && place <= x.max && value >= y.min && value <= y.max
  context.fillStyle = run.color
  const end = strip.ends[lastIndex] ?? Number.NaN
  if (isInside(end, last)) drawDot(context, x.toPixel(end), y.toPixel(last), 2.5 * ratio)
  const place = ((strip.starts[bestIndex] ?? Number.NaN) + (strip.ends[bestIndex] ?? Number.NaN)) / 2
  if (!isInside(place, best)) return
  context.fillStyle = theme.background
  drawDot(context, x.toPixel(place), y.toPixel(best), 3.5 * ratio)
  context.strokeStyle = run.color
  context.lineWidth = 1.5 * ratio
  context.stroke()
}

/** What moves with the pointer or the keyboard. */
export interface CurveOverlay {
  readonly x: number | undefined
  readonly readings: readonly Reading[]
  readonly stretch: Stretch | undefined
  readonly highlight: RunId | undefined
}

export function drawCurveOverlay(
  { overlay: context, frame }: PlotArea,
  theme: ChartTheme,
  lines: readonly CurveLine[],
  scales: CurveScales,
  { x, readings, stretch, highlight }: CurveOverlay,
): void {
  clear(context)
  if (stretch !== undefined) drawStretch(context, theme, frame, stretch)
  withinFrame(context, frame, () => {
    for (const { strip, run, dash, members } of lines) {
      if (highlight === undefined || !(members?.has(highlight) ?? run.runId === highlight)) continue
      drawCurve(context, frame, strip, scales, { color: run.color, width: 2.5, opacity: 1, dash })
    }
    if (x !== undefined) drawCrosshair(context, theme, frame, scales, x)
  })
  withinFrame(context, { ...frame, left: frame.left - 5, right: frame.right + 5 }, () => {
    for (const { line, x, value } of readings.slice(0, maxDots)) {
      context.fillStyle = line.run.color
      if (Number.isFinite(scales.y.toPixel(value))) {
        drawDot(context, scales.x.toPixel(x), scales.y.toPixel(value), 3 * frame.ratio)
      }
    }
  })
}

function drawCrosshair(
  context: CanvasRenderingContext2D,
  theme: ChartTheme,
  { top, bottom, ratio }: PlotArea['frame'],
  scales: CurveScales,
  x: number,
): void {
  const width = Math.max(1, Math.round(ratio))
  context.fillStyle = theme.text
  context.fillRect(Math.round(scales.x.toPixel(x) - width / 2), top, width, bottom - top)
}

function drawStretch(
  context: CanvasRenderingContext2D,
  theme: ChartTheme,
  { left, right, top, bottom, ratio }: PlotArea['frame'],
  { axis, from, to }: Stretch,
): void {
  const [x, y, width, height] =
    axis === 'x' ? [from, top, to - from, bottom - top] : [left, from, right - left, to - from]
  context.fillStyle = theme.accent
  context.strokeStyle = theme.accent
  context.lineWidth = Math.max(1, Math.round(ratio))
  context.globalAlpha = 0.2
  context.fillRect(x, y, width, height)
  context.globalAlpha = 1
  context.strokeRect(x, y, width, height)
}
