import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import type { ChartTheme } from '../../shared/chart/chart-theme.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import type { PlotArea } from '../../shared/chart/plot-area.ts'
import type { Place, Stretch } from '../../shared/chart/plot-gestures.ts'
import { createTooltip } from '../../shared/chart/tooltip.ts'
import { text } from '../../shared/texts.ts'
import type { ChartListener, ChartParts } from './chart-body.ts'
import type { CurveLine } from './curve-line.ts'
import { findLongest, readAt, type Reading, snap, step } from './curve-readout.ts'
import { axisOf, type CurveScales, toPlaceText } from './curve-scales.ts'
import { describeReadings, nameOf } from './curve-words.ts'
import { drawCurveOverlay } from './draw-curve-chart.ts'
import { createFrameScheduler } from '../../shared/frame-scheduler.ts'

const maxTooltipRows = 12
/** CSS pixels beyond a curve's end in which it is still read. */
const tolerance = 8

interface PointerParts {
  readonly parts: ChartParts
  readonly area: PlotArea
  readonly holder: HTMLElement
  readonly listener: ChartListener
  /** What is drawn now. */
  shown(): {
    readonly spec: CurveChartSpec
    readonly lines: readonly CurveLine[]
    readonly scales: CurveScales
    readonly theme: ChartTheme
  }
}

/** The crosshair of a chart with what is read at it; it moves together in all charts of the same axis. */
export function createCurvePointer({ parts, area, holder, listener, shown }: PointerParts) {
  const { crosshair, highlight, runValues } = parts
  const tooltip = createTooltip()
  holder.append(tooltip.element)
  const overlay = createFrameScheduler(draw)
  let place: Place | undefined
  let stretch: Stretch | undefined

  function moveTo(x: number | undefined): void {
    const { spec } = shown()
    crosshair.set(x === undefined ? undefined : { axis: axisOf(spec), x, chartId: spec.id })
  }

  function draw(): void {
    const { spec, lines, scales, theme } = shown()
    const at = crosshair.value?.axis === axisOf(spec) ? crosshair.value : undefined
    const isOurs = at?.chartId === spec.id
    const readings = at === undefined ? [] : readAt(lines, at.x, unitsIn(scales, tolerance * area.frame.ratio))
    drawCurveOverlay(area, theme, lines, scales, { x: at?.x, readings, stretch, highlight: highlight.value })
    area.element.classList.toggle('faded', highlight.value !== undefined)
    if (at === undefined || !isOurs || stretch !== undefined || readings.length === 0) tooltip.hide()
    else showTooltip(readings, at.x)
    if (isOurs && at !== undefined) tellRunValues(readings, at.x)
  }

  function showTooltip(readings: readonly Reading[], x: number): void {
    const { spec, scales } = shown()
    const nearest = findNearestReading(readings, scales, place)
    const { ratio } = area.frame
    const rest = readings.length - maxTooltipRows
    tooltip.show(
      {
        title: toPlaceText(spec, x),
        rows: readings.slice(0, maxTooltipRows).map((reading) => ({
          color: reading.line.run.color,
          name: nameOf(reading.line, spec.keys.length),
          value: toNumberText(reading.value),
          isNearest: reading === nearest,
        })),
        more: rest > 0 ? text('charts.more', { count: rest }) : '',
      },
      scales.x.toPixel(x) / ratio,
      area.axes.canvas.width / ratio,
    )
  }

  function tellRunValues(readings: readonly Reading[], x: number): void {
    const { spec } = shown()
    const [key] = spec.keys
    const place = toPlaceText(spec, x)
    const ofKey = readings.filter(({ line }) => line.key === key)
    runValues.set({
      title: `${key ?? ''}, ${place}`,
      values: new Map(ofKey.map(({ line, value }) => [line.run.runId, toNumberText(value)])),
    })
  }

  const subscriptions = [crosshair.subscribe(overlay.request), highlight.subscribe(overlay.request)]
  holder.addEventListener('blur', () => moveTo(undefined))

  return {
    get x() {
      const at = crosshair.value
      return at !== undefined && at.chartId === shown().spec.id ? at.x : undefined
    },
    draw,
    hovered(next: Place | undefined): void {
      const { lines, scales } = shown()
      const { left, right } = area.frame
      place = next
      const isInside = next !== undefined && next.x >= left && next.x <= right
      moveTo(isInside ? snap(lines, scales.x.toValue(next.x)) : undefined)
      overlay.request()
    },
    marking(next: Stretch | undefined): void {
      stretch = next
      // What is read where the drag began has nothing to say about what will be shown.
      if (next !== undefined && crosshair.value !== undefined) moveTo(undefined)
      overlay.request()
    },
    /** @param by stretches along the longest curve, ±Infinity to its ends */
    step(by: number): void {
      const { lines, scales, spec } = shown()
      const current = crosshair.value?.chartId === spec.id ? crosshair.value.x : undefined
      const ends = findLongest(lines)?.strip.starts
      const x = Number.isFinite(by) ? step(lines, current, by) : by < 0 ? ends?.[0] : ends?.at(-1)
      if (x === undefined) return
      const visible = snap(lines, Math.min(scales.x.max, Math.max(scales.x.min, x)))
      if (visible === undefined) return
      place = undefined
      moveTo(visible)
      listener.spoke(describeReadings(readAt(lines, visible, unitsIn(scales, tolerance)), visible, spec))
    },
    dispose(): void {
      overlay.cancel()
      for (const unsubscribe of subscriptions) unsubscribe()
    },
  }
}

/** How far apart two values are that lie so many pixels apart, at the end of the axis. */
function unitsIn({ x }: CurveScales, pixels: number): number {
  return Math.abs(x.max - x.toValue(x.toPixel(x.max) - pixels))
}

function findNearestReading(
  readings: readonly Reading[],
  { y }: CurveScales,
  place: Place | undefined,
): Reading | undefined {
  if (place === undefined) return undefined
  let [nearest, distance]: [Reading | undefined, number] = [undefined, Infinity]
  for (const reading of readings) {
    const away = Math.abs(y.toPixel(reading.value) - place.y)
    if (away < distance) [nearest, distance] = [reading, away]
  }
  return nearest
}
