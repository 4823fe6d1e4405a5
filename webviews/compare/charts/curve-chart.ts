import type { CurveName } from '../../../src/protocol/curves.ts'
import type { ViewEvent } from '../../../src/protocol/view-event.ts'
import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import { readChartTheme } from '../../shared/chart/chart-theme.ts'
import { createPlotArea, toPicture } from '../../shared/chart/plot-area.ts'
import { listenToPlot } from '../../shared/chart/plot-gestures.ts'
import { toVector } from '../../shared/chart/to-vector.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { toCurveCsv } from './curve-csv.ts'
import { createCurveData } from './curve-data.ts'
import { listenToCurveKeys } from './curve-keys.ts'
import { createCurveLoader, type LoadedCurves } from './curve-loader.ts'
import { createCurvePointer } from './curve-pointer.ts'
import { createGroupSource } from './group-source.ts'
import { createCurvePreview } from './curve-preview.ts'
import { axisOf, createCurveScales, isLogX, reachesEnd, type Zoom } from './curve-scales.ts'
import { describeCurves, listCurveNotes, toCurveTable } from './curve-words.ts'
import { isSameRange, pan, zoomAround, zoomInto } from './curve-zoom.ts'
import { drawCurveAxes, drawCurveLines } from './draw-curve-chart.ts'
import { createFrameScheduler, createThrottle } from '../../shared/frame-scheduler.ts'

/** How often a chart follows runs that log, in milliseconds. */
const livePauseMs = 1000

/** The curves of the shown runs, fetched as exactly as they are drawn. */
export function createCurveChart(
  parts: ChartParts,
  initial: CurveChartSpec,
  listener: ChartListener,
): ChartBody<CurveChartSpec> {
  let spec = initial
  let zoom: Zoom = {}
  let error: string | undefined
  let [isVisible, isStale] = [false, true]
  let loadedWidth = 0
  let theme = readChartTheme(document.body)

  const data = createCurveData()
  const drawing = createFrameScheduler(draw)
  const live = createThrottle(livePauseMs, () => load(true))
  const groups = createGroupSource(parts, () => compose(), failed)
  const loader = createCurveLoader(parts.host, answered, failed)
  const area = createPlotArea(resized)
  const preview = createCurvePreview(area, drawing.request)
  const holder = createHolder(initial)
  holder.append(area.element)
  const scalesNow = () => {
    const strips = data.lines.flatMap(({ strip, band }) => (band === undefined ? strip : [strip, band]))
    return createCurveScales(strips, data.span, spec, zoom, area.frame)
  }
  let scales = scalesNow()
  /** Several gestures may come before the first of them is drawn. */
  const scalesWanted = () => (preview.isHeld ? scalesNow() : scales)
  const pointer = createCurvePointer({
    parts,
    area,
    holder,
    listener,
    shown: () => ({ spec, lines: data.lines, scales, theme }),
  })

  const widthOf = () => area.frame.right - area.frame.left
  const wanted = (): CurveName[] => parts.runs.value.flatMap(({ runId }) => spec.keys.map((key) => ({ runId, key })))

  function resized(): void {
    preview.forget()
    // What was loaded fits any height.
    if (widthOf() !== loadedWidth) load()
    loadedWidth = widthOf()
    drawing.request()
  }

  function load(isFollowing = false): void {
    isStale = !isVisible || widthOf() <= 0
    if (isStale) return
    const request = { curves: wanted(), axis: spec.axis, xMetric: spec.xMetric, pixels: widthOf(), isLog: isLogX(spec) }
    const isMetricX = spec.xMetric !== undefined
    if (request.curves.length === 0) answered({ request, asked: undefined, strips: [] })
    else if (isMetricX) loader.load(request)
    else loader[isFollowing ? 'follow' : 'load'](zoom.x === undefined ? request : { ...request, window: zoom.x })
    if (zoom.x !== undefined && !isMetricX && !isFollowing) preview.begin(data.size)
  }

  function answered(loaded: LoadedCurves): void {
    error = undefined
    preview.end()
    data.accept(loaded)
    compose()
  }

  function failed(message: string): void {
    error = message
    isStale = true
    preview.end()
    drawing.request()
    report()
  }

  function compose(): void {
    data.compose(parts.runs.value, spec, groups.groupOf)
    drawing.request()
    report()
  }

  function report(): void {
    listener.reported({
      summary: describeCurves(data.wholeLines, spec),
      notes: listCurveNotes(data.lines, spec, {
        isClipped: scales.isClipped,
        isMissing: parts.runs.value.length > 0 && data.isLoaded(wanted()) && data.lines.length === 0,
      }),
      isZoomed: zoom.x !== undefined || zoom.y !== undefined,
      error,
    })
  }

  function draw(): void {
    if (widthOf() <= 0 || preview.isHeld) return
    const wasClipped = scales.isClipped
    scales = scalesNow()
    drawCurveAxes(area, theme, scales, spec)
    if (!preview.draw(scales)) {
      drawCurveLines(area, theme, data.lines, scales, spec)
      preview.drawn(scales)
    }
    pointer.draw()
    if (scales.isClipped !== wasClipped) report()
  }

  function zoomTo(next: Zoom): void {
    const isOther = !isSameRange(next.x, zoom.x)
    zoom = next
    if (next.x === undefined) data.dropDetail()
    if (isOther && spec.xMetric === undefined) load()
    compose()
  }

  listenToPlot(area.element, {
    hovered: pointer.hovered,
    marking: pointer.marking,
    marked: (stretch) => zoomTo(zoomInto(zoom, scalesWanted(), stretch)),
    panned: (by) => zoomTo(pan(zoom, scalesWanted(), area.frame, by)),
    zoomed: ({ x }, factor) => zoomTo(zoomAround(zoom, scalesWanted(), data.span, x, factor)),
    reset: () => zoomTo({}),
  })
  listenToCurveKeys(holder, {
    step: pointer.step,
    pan: (share) => zoomTo(pan(zoom, scalesWanted(), area.frame, { x: -share * widthOf(), y: 0 })),
    zoom(factor) {
      const middle = pointer.x === undefined ? area.frame.left + widthOf() / 2 : scales.x.toPixel(pointer.x)
      zoomTo(zoomAround(zoom, scalesWanted(), data.span, middle, factor))
    },
    reset() {
      pointer.hovered(undefined)
      zoomTo({})
    },
  })
  groups.load(spec.group?.by, parts.runs.value)
  const unsubscribe = parts.runs.subscribe(() => {
    groups.load(spec.group?.by, parts.runs.value)
    if (!data.isLoaded(wanted())) load()
    compose()
  })

  return {
    element: holder,
    setVisible(next) {
      isVisible = next
      if (next && isStale) load()
    },
    show(next) {
      const isOther =
        axisOf(next) !== axisOf(spec) || isLogX(next) !== isLogX(spec) || next.keys.join('\n') !== spec.keys.join('\n')
      if (axisOf(next) !== axisOf(spec)) {
        zoom = {}
        data.clear()
      }
      spec = next
      holder.setAttribute('aria-label', next.keys.join(', '))
      groups.load(next.group?.by, parts.runs.value)
      if (isOther) load()
      compose()
    },
    received(event) {
      if (!isAbout(event, wanted()) || !reachesEnd(zoom.x, data.span)) return
      if (isVisible) live.request()
      else isStale = true
    },
    themeChanged() {
      theme = readChartTheme(document.body)
      drawing.request()
    },
    resetZoom: () => zoomTo({}),
    table: () => toCurveTable(data.wholeLines, spec),
    csv: () => toCurveCsv(data.lines),
    picture: () => toPicture(area, theme.background),
    vector: (title) => toVector(area, theme.background, title, draw),
    dispose() {
      unsubscribe()
      for (const scheduled of [live, drawing]) scheduled.cancel()
      for (const part of [pointer, loader, groups, preview, area]) part.dispose()
    },
  }
}

function createHolder({ keys }: CurveChartSpec): HTMLElement {
  return element('div', {
    class: 'plot-holder',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': text('charts.roleDescription'),
    'aria-label': keys.join(', '),
  })
}

function isAbout(event: ViewEvent, curves: readonly CurveName[]): boolean {
  if (event.kind === 'reset') return true
  if (event.kind !== 'metrics') return false
  const logged = new Set(event.keys)
  return curves.some(({ runId, key }) => runId === event.runId && logged.has(key))
}
