import type { ChartTheme } from '../../shared/chart/chart-theme.ts'
import { axisFontSize } from '../../shared/chart/draw-axes.ts'
import type { Frame } from '../../shared/chart/plot-area.ts'
import { shortenText } from '../../shared/chart/shorten-text.ts'
import { toRampColor } from './column-scale.ts'

/** CSS pixels. */
const barWidth = 72
const barHeight = 8
const steps = 36

/** What the colours stand for, at the right end of the line above the frame: `loss 0.1 ▒▒▓▓ 0.9`. */
export function drawRamp(
  context: CanvasRenderingContext2D,
  { left, right, ratio }: Frame,
  theme: ChartTheme,
  { name, least, greatest }: { name: string; least: string; greatest: string },
): void {
  const middle = (2 + axisFontSize / 2) * ratio
  context.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  context.fillStyle = theme.text
  context.textBaseline = 'middle'
  context.textAlign = 'end'
  context.fillText(greatest, right, middle)
  const end = Math.round(right - context.measureText(greatest).width - 5 * ratio)
  const start = end - Math.round(barWidth * ratio)
  for (let step = 0; step < steps; step++) {
    const [from, to] = [step, step + 1].map((edge) => Math.round(start + ((end - start) * edge) / steps))
    context.fillStyle = toRampColor((step + 0.5) / steps)
    context.fillRect(
      from ?? 0,
      Math.round(middle - (barHeight / 2) * ratio),
      (to ?? 0) - (from ?? 0),
      barHeight * ratio,
    )
  }
  context.fillStyle = theme.text
  context.fillText(least, start - 5 * ratio, middle)
  const free = start - 12 * ratio - context.measureText(least).width - (left + right) / 2.6
  context.fillText(
    shortenText(context, name, Math.max(0, free)),
    start - 12 * ratio - context.measureText(least).width,
    middle,
  )
}
