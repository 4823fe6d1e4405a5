import { readChartTheme } from '../shared/chart/chart-theme.ts'
import type { CurveStrip } from '../shared/chart/curve-strip.ts'
import { countTicks, drawAxes } from '../shared/chart/draw-axes.ts'
import { drawCurve, drawSpecials } from '../shared/chart/draw-curve.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { clear, createPlotArea, withinFrame } from '../shared/chart/plot-area.ts'
import { createScale, padRange } from '../shared/chart/scale.ts'
import { linearTicks } from '../shared/chart/ticks.ts'
import { findExtent } from '../shared/chart/trace-curve.ts'
import { element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'

/** One metric over its steps, small. */
export interface MetricCurve {
  readonly element: HTMLElement
  /** Undefined for a metric without points. */
  draw(strip: CurveStrip | undefined): void
  fail(message: string): void
  redraw(): void
}

export function createMetricCurve(key: string): MetricCurve {
  let strip: CurveStrip | undefined
  const latest = element('span', { class: 'metric-latest' })
  const area = createPlotArea(redraw, { left: 44, top: 6, right: 8, bottom: 18 })
  const picture = element('div', { class: 'metric-plot', role: 'img', 'aria-label': key }, area.element)
  const figure = element(
    'figure',
    { class: 'metric', tabindex: -1 },
    element('figcaption', {}, element('span', { class: 'metric-key', dir: 'auto', title: key }, key), latest),
    picture,
  )

  function redraw(): void {
    if (strip === undefined || area.frame.right <= area.frame.left) return
    const { starts, ends } = strip
    const theme = readChartTheme(picture)
    const { frame } = area
    const span = { min: starts[0] ?? 0, max: ends.at(-1) ?? 0 }
    const extent = findExtent([strip], span, false) ?? { min: 0, max: 1 }
    const x = createScale(span.min === span.max ? padRange(span, false, 0) : span, false, frame.left, frame.right)
    const y = createScale(padRange(extent, false, 0.05), false, frame.bottom, frame.top)
    const count = countTicks(frame)
    drawAxes(area.axes, frame, theme, {
      x: { scale: x, ticks: linearTicks(x, Math.min(4, count.x)) },
      y: { scale: y, ticks: linearTicks(y, count.y) },
    })
    const color = getComputedStyle(picture).getPropertyValue('--vscode-charts-blue').trim() || theme.foreground
    const drawn = strip
    clear(area.data)
    withinFrame(area.data, frame, () => {
      drawCurve(area.data, frame, drawn, { x, y }, { color, width: 1.5, opacity: 1, dash: [] })
    })
    drawSpecials(area.data, frame, drawn, x, color)
  }

  return {
    element: figure,
    draw(next) {
      strip = next
      const last = next?.lasts.at(-1)
      latest.textContent = last === undefined ? '' : toNumberText(last)
      if (next !== undefined) picture.setAttribute('aria-label', describeCurve(key, next))
      redraw()
    },
    fail: (message) => void (latest.textContent = message),
    redraw,
  }
}

function describeCurve(key: string, { starts, ends, lasts, mins, maxs }: CurveStrip): string {
  const finite = (numbers: Float64Array) => [...numbers].filter(Number.isFinite)
  return text('job.metric.summary', {
    key,
    latest: toNumberText(lasts.at(-1) ?? Number.NaN),
    from: starts[0] ?? 0,
    to: ends.at(-1) ?? 0,
    min: toNumberText(Math.min(...finite(mins))),
    max: toNumberText(Math.max(...finite(maxs))),
  })
}
