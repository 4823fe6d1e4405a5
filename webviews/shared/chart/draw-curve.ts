import { specialValues } from '../../../src/protocol/curves.ts'
import { type CurveStrip, findVisible } from './curve-strip.ts'
import type { Frame } from './plot-area.ts'
import type { Scale } from './scale.ts'
import { traceCurve } from './trace-curve.ts'

export interface CurveStyle {
  readonly color: string
  /** CSS pixels. */
  readonly width: number
  /** 0 … 1. */
  readonly opacity: number
  /** Lengths of strokes and gaps in CSS pixels; empty for a line without gaps. */
  readonly dash: readonly number[]
}

interface Scales {
  readonly x: Scale
  readonly y: Scale
}

/** CSS pixels between points, from which on each is marked. */
const spacingOfMarks = 14

/** Draws a curve into the frame, which the caller clips to. */
export function drawCurve(
  context: CanvasRenderingContext2D,
  { left, right, ratio }: Frame,
  strip: CurveStrip,
  scales: Scales,
  style: CurveStyle,
): void {
  const dots: number[] = []
  context.globalAlpha = style.opacity
  context.strokeStyle = style.color
  context.fillStyle = style.color
  context.lineWidth = style.width * ratio
  // A bevel never reaches out above the value it stands at, and is the quickest to draw.
  context.lineJoin = 'bevel'
  context.setLineDash(style.dash.map((length) => length * ratio))
  context.beginPath()
  traceCurve(context, strip, scales, (x, y) => dots.push(x, y))
  context.stroke()
  context.setLineDash([])
  const { from, to } = findVisible(strip, scales.x)
  if (strip.isExact && (to - from) * spacingOfMarks * ratio < right - left) collectPoints(strip, scales, dots)
  const radius = (style.width + 0.75) * ratio
  for (let index = 0; index < dots.length; index += 2) {
    drawDot(context, dots[index] ?? 0, dots[index + 1] ?? 0, radius)
  }
  context.globalAlpha = 1
}

const bandOpacity = 0.16

/** Fills what lies between the least and the greatest values; it ends where there are none. */
export function drawBand(context: CanvasRenderingContext2D, band: CurveStrip, { x, y }: Scales, color: string): void {
  const { from, to } = findVisible(band, x)
  const heightOf = (values: Float64Array, index: number, otherwise: number) => {
    const pixel = y.toPixel(values[index] ?? Number.NaN)
    return Number.isNaN(pixel) ? pixel : Number.isFinite(pixel) ? pixel : otherwise
  }
  context.fillStyle = color
  context.globalAlpha = bandOpacity
  for (let start = from; start < to;) {
    let end = start
    while (end < to && Number.isFinite(band.maxs[end])) end += 1
    context.beginPath()
    for (let index = start; index < end; index++) {
      context.lineTo(x.toPixel(band.starts[index] ?? 0), heightOf(band.maxs, index, y.toPixel(y.max)))
    }
    for (let index = end - 1; index >= start; index--) {
      context.lineTo(x.toPixel(band.starts[index] ?? 0), heightOf(band.mins, index, y.toPixel(y.min)))
    }
    context.fill()
    start = end + 1
  }
  context.globalAlpha = 1
}

function collectPoints(strip: CurveStrip, { x, y }: Scales, into: number[]): void {
  const { from, to } = findVisible(strip, x)
  for (let index = from; index < to; index++) {
    const pixel = y.toPixel(strip.firsts[index] ?? Number.NaN)
    if (Number.isFinite(pixel)) into.push(x.toPixel(strip.starts[index] ?? 0), pixel)
  }
}

export function drawDot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

/**
 * Marks values that have no place on the axis at its edges: +∞ by a triangle at the top, −∞ by one at the bottom, NaN by
 * a cross at the bottom.
 */
export function drawSpecials(
  context: CanvasRenderingContext2D,
  frame: Frame,
  strip: CurveStrip,
  x: Scale,
  color: string,
): void {
  const size = 4 * frame.ratio
  context.fillStyle = color
  context.strokeStyle = color
  context.lineWidth = 1.5 * frame.ratio
  const { from, to } = findVisible(strip, x)
  for (let index = from; index < to; index++) {
    const flags = strip.specials[index] ?? 0
    if (flags === 0) continue
    const place = x.toPixel(((strip.starts[index] ?? 0) + (strip.ends[index] ?? 0)) / 2)
    if ((flags & specialValues.infinity) !== 0) drawTriangle(context, place, frame.top, size)
    if ((flags & specialValues.minusInfinity) !== 0) drawTriangle(context, place, frame.bottom, -size)
    if ((flags & specialValues.nan) !== 0) drawCross(context, place, frame.bottom - size, size * 0.7)
  }
}

/** Its tip is at `y`. */
export function drawTriangle(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x - size, y + 2 * size)
  context.lineTo(x + size, y + 2 * size)
  context.fill()
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath()
  context.moveTo(x - size, y - size)
  context.lineTo(x + size, y + size)
  context.moveTo(x - size, y + size)
  context.lineTo(x + size, y - size)
  context.stroke()
}
