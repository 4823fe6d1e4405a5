import type { DistributionChartSpec } from '../../../src/protocol/saved-view.ts'
import { readChartTheme } from '../../shared/chart/chart-theme.ts'
import { countTicks, drawAxes } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { clear, createPlotArea, toPicture } from '../../shared/chart/plot-area.ts'
import { listenToPlot, type Place } from '../../shared/chart/plot-gestures.ts'
import { createScale } from '../../shared/chart/scale.ts'
import { toVector } from '../../shared/chart/to-vector.ts'
import { createTooltip } from '../../shared/chart/tooltip.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts, ChartTable } from './chart-body.ts'
import { toRampColor } from './column-scale.ts'
import { toChartTitle } from './column-text.ts'
import { countValues, type ValueCounts } from './count-values.ts'
import { toCsv } from './curve-csv.ts'
import { createCurveLoader, type LoadedCurves } from './curve-loader.ts'
import { createTicks, createXTicks, findSpan, toPlaceText } from './curve-scales.ts'
import { drawRamp } from './draw-ramp.ts'
import { createFrameScheduler, createThrottle } from '../../shared/frame-scheduler.ts'

const livePauseMs = 2000
/** CSS pixels of a cell. */
const cellSize = { width: 10, height: 9 }
const margins = { left: 52, top: 20, right: 12, bottom: 22 }

/** Over the steps, how the values of a metric are spread over the shown runs: a histogram for each stretch of steps. */
export function createDistributionChart(
  parts: ChartParts,
  initial: DistributionChartSpec,
  listener: ChartListener,
): ChartBody<DistributionChartSpec> {
  let spec = initial
  let loaded: LoadedCurves | undefined
  let counted: ValueCounts | undefined
  let [isVisible, isStale] = [false, true]
  let theme = readChartTheme(document.body)
  const frames = createFrameScheduler(draw)
  const live = createThrottle(livePauseMs, load)
  const area = createPlotArea(() => (frames.request(), load()), margins)
  const tooltip = createTooltip()
  const holder = element('div', { class: 'plot-holder' }, area.element, tooltip.element)
  area.element.setAttribute('role', 'img')
  area.element.setAttribute('aria-label', toChartTitle(initial))
  const loader = createCurveLoader(
    parts.host,
    (answer) => {
      loaded = answer
      frames.request()
    },
    (message) => {
      isStale = true
      report(message)
    },
  )

  const widthOf = () => area.frame.right - area.frame.left

  function load(): void {
    isStale = !isVisible || widthOf() <= 0
    if (isStale) return
    const curves = parts.runs.value.map(({ runId }) => ({ runId, key: spec.key }))
    const request = { curves, axis: spec.axis, xMetric: undefined, pixels: widthOf(), isLog: false }
    if (curves.length > 0) loader.load(request)
    else loaded = { request, asked: undefined, strips: [] }
    frames.request()
  }

  function count(): ValueCounts | undefined {
    const strips = (loaded?.strips ?? []).filter((strip) => strip !== undefined)
    const span = findSpan(strips, false)
    if (span === undefined) return undefined
    const x = span.min === span.max ? { min: span.min - 0.5, max: span.max + 0.5 } : span
    const { top, bottom, ratio } = area.frame
    const columns = Math.max(1, Math.floor(widthOf() / ratio / cellSize.width))
    const rows = Math.max(1, Math.floor((bottom - top) / ratio / cellSize.height))
    return countValues(strips, x, columns, rows)
  }

  function scalesOf({ x, y }: ValueCounts) {
    const { left, right, top, bottom } = area.frame
    return { x: createScale(x, false, left, right), y: createScale(y, false, bottom, top) }
  }

  function draw(): void {
    if (widthOf() <= 0) return
    clear(area.axes)
    clear(area.data)
    counted = count()
    if (counted !== undefined) drawCounts(counted)
    report()
  }

  function drawCounts(counts: ValueCounts): void {
    const scales = scalesOf(counts)
    const ticks = countTicks(area.frame)
    drawAxes(area.axes, area.frame, theme, {
      x: { scale: scales.x, ticks: createXTicks(spec, scales.x, ticks.x) },
      y: { scale: scales.y, ticks: createTicks(scales.y, ticks.y) },
    })
    drawRamp(area.axes, area.frame, theme, {
      name: text('charts.distribution.runs'),
      least: '1',
      greatest: String(counts.greatest),
    })
    for (const cell of listCells(counts)) {
      const [left, right] = [cell.x.min, cell.x.max].map((x) => Math.round(scales.x.toPixel(x)))
      const [bottom, top] = [cell.y.min, cell.y.max].map((y) => Math.round(scales.y.toPixel(y)))
      area.data.fillStyle = toRampColor(counts.greatest > 1 ? (cell.count - 1) / (counts.greatest - 1) : 0.5)
      area.data.fillRect(left ?? 0, top ?? 0, (right ?? 0) - (left ?? 0), (bottom ?? 0) - (top ?? 0))
    }
  }

  function report(error?: string): void {
    const title = toChartTitle(spec)
    const runs = (loaded?.strips ?? []).filter((strip) => strip !== undefined).length
    const { y } = counted ?? {}
    listener.reported({
      summary:
        y === undefined
          ? text('charts.summary.empty', { metrics: spec.key })
          : text('charts.distribution.summary', {
              title,
              count: runs,
              least: toNumberText(y.min),
              greatest: toNumberText(y.max),
            }),
      notes: counted === undefined && loaded !== undefined ? [text('charts.note.noRuns')] : [],
      isZoomed: false,
      error,
    })
  }

  function hover(place: Place | undefined): void {
    const cell = place === undefined || counted === undefined ? undefined : findCell(place, counted)
    const { overlay, frame } = area
    clear(overlay)
    if (place === undefined || cell === undefined) return tooltip.hide()
    const values = { least: toNumberText(cell.y.min), greatest: toNumberText(cell.y.max) }
    const value = text('charts.distribution.count', { count: cell.count })
    const name = text('charts.distribution.values', values)
    const title = toPlaceText(spec, Math.round((cell.x.min + cell.x.max) / 2))
    const row = { color: toRampColor(0.5), name, value, isNearest: false }
    tooltip.show({ title, rows: [row], more: '' }, place.x / frame.ratio, area.axes.canvas.width / frame.ratio)
  }

  function findCell(place: Place, counts: ValueCounts) {
    const scales = scalesOf(counts)
    const [x, y] = [scales.x.toValue(place.x), scales.y.toValue(place.y)]
    return listCells(counts).find((cell) => x >= cell.x.min && x < cell.x.max && y >= cell.y.min && y < cell.y.max)
  }

  listenToPlot(area.element, { hovered: hover })
  const unsubscribe = parts.runs.subscribe(load)

  return {
    element: holder,
    setVisible(next) {
      isVisible = next
      if (next && isStale) load()
    },
    show(next) {
      spec = next
      area.element.setAttribute('aria-label', toChartTitle(next))
      load()
    },
    received(event) {
      const isAbout = event.kind === 'metrics' && event.keys.includes(spec.key)
      if (!isAbout && event.kind !== 'reset') return
      if (isVisible) live.request()
      else isStale = true
    },
    themeChanged() {
      theme = readChartTheme(document.body)
      frames.request()
    },
    resetZoom: () => undefined,
    table: () => toTable(spec, counted),
    csv: () => {
      const { header, rows } = toTable(spec, counted)
      return toCsv([header, ...rows])
    },
    picture: () => toPicture(area, theme.background),
    vector: (title) => toVector(area, theme.background, title, draw),
    dispose() {
      unsubscribe()
      for (const scheduled of [frames, live]) scheduled.cancel()
      loader.dispose()
      area.dispose()
    },
  }
}

/** The cells in which there are runs. */
function listCells({ columns, rows, x, y, counts }: ValueCounts) {
  const edge = ({ min, max }: ValueCounts['x'], index: number, count: number) => min + ((max - min) * index) / count
  return Array.from(counts).flatMap((count, index) => {
    if (count === 0) return []
    const [column, row] = [Math.floor(index / rows), index % rows]
    return {
      count,
      x: { min: edge(x, column, columns), max: edge(x, column + 1, columns) },
      y: { min: edge(y, row, rows), max: edge(y, row + 1, rows) },
    }
  })
}

function toTable(spec: DistributionChartSpec, counts: ValueCounts | undefined): ChartTable {
  const names = ['at', 'from', 'to', 'runs'] as const
  return {
    header: names.map((name) => text(`charts.distribution.${name}`)),
    rows: (counts === undefined ? [] : listCells(counts)).map(({ x, y, count }) => [
      toPlaceText(spec, Math.round((x.min + x.max) / 2)),
      toNumberText(y.min),
      toNumberText(y.max),
      String(count),
    ]),
  }
}
