import type { ChartTheme } from './chart-theme.ts'
import { clear, type Frame } from './plot-area.ts'
import type { Scale } from './scale.ts'
import type { Tick } from './ticks.ts'

/** CSS pixels. */
export const axisFontSize = 11

/** Ticks that fit beside each other: a label takes some 70 CSS pixels across and 36 upwards. */
export function countTicks({ left, right, top, bottom, ratio }: Frame): { x: number; y: number } {
  return {
    x: Math.max(2, Math.floor((right - left) / ratio / 70)),
    y: Math.max(2, Math.floor((bottom - top) / ratio / 36)),
  }
}

export interface Axis {
  readonly scale: Scale
  readonly ticks: readonly Tick[]
}

/**
 * Draws a grid with labels below and to the left of the frame; lines lie on whole pixels.
 *
 * @param how `beside` leaves what is there already, for several plots beside each other
 */
export function drawAxes(
  context: CanvasRenderingContext2D,
  frame: Frame,
  theme: ChartTheme,
  axes: { x: Axis; y: Axis },
  how: 'alone' | 'beside' = 'alone',
): void {
  const { left, top, right, bottom, ratio } = frame
  if (how === 'alone') clear(context)
  context.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  context.fillStyle = theme.text
  context.strokeStyle = theme.lines
  context.lineWidth = Math.max(1, Math.round(ratio))
  const crisp = (pixel: number) => Math.round(pixel) + (context.lineWidth % 2) / 2
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
  }

  context.globalAlpha = 0.25
  for (const { value } of axes.y.ticks) {
    const y = crisp(axes.y.scale.toPixel(value))
    line(left, y, right, y)
  }
  for (const { value } of axes.x.ticks) {
    const x = crisp(axes.x.scale.toPixel(value))
    line(x, top, x, bottom)
  }
  context.globalAlpha = 1
  line(left, crisp(bottom), right, crisp(bottom))
  drawLabels(context, frame, axes)
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { left, right, bottom, ratio }: Frame,
  axes: { x: Axis; y: Axis },
): void {
  context.textAlign = 'end'
  context.textBaseline = 'middle'
  for (const { value, label } of axes.y.ticks) {
    context.fillText(label, left - 6 * ratio, axes.y.scale.toPixel(value))
  }
  context.textAlign = 'center'
  context.textBaseline = 'top'
  let free = 0
  for (const { value, label } of axes.x.ticks) {
    const half = context.measureText(label).width / 2
    const x = Math.min(axes.x.scale.toPixel(value), right + 10 * ratio - half)
    if (x - half < free) continue
    context.fillText(label, x, bottom + 6 * ratio)
    free = x + half + 8 * ratio
  }
}
