import { mapConcurrently } from '../../../src/base/map-concurrently.ts'
import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { LoggedChartSpec } from '../../../src/protocol/saved-view.ts'
import { type ChartTheme, readChartTheme } from '../../shared/chart/chart-theme.ts'
import { clear, createPlotArea, type Margins, type PlotArea, toPicture } from '../../shared/chart/plot-area.ts'
import { listenToPlot, type Place } from '../../shared/chart/plot-gestures.ts'
import { createTooltip, type TooltipRow } from '../../shared/chart/tooltip.ts'
import { toVector } from '../../shared/chart/to-vector.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts, ChartTable } from './chart-body.ts'
import { toChartTitle } from './column-text.ts'
import { toCsv } from './curve-csv.ts'
import type { ShownRun } from './curve-line.ts'
import { createFrameScheduler, createThrottle } from '../../shared/frame-scheduler.ts'

/** The table of a run. */
export interface RunTable {
  readonly run: ShownRun
  readonly table: LoggedTable
}

export interface LoggedScene {
  readonly area: PlotArea
  readonly theme: ChartTheme
}

export interface LoggedDrawing {
  /** What lies where the pointer is. */
  find(place: Place): { readonly title: string; readonly rows: readonly TooltipRow[] } | undefined
  readonly notes: readonly string[]
}

/** What a kind of chart makes of the tables of the runs; made anew when they or the chart change. */
export interface LoggedPlot {
  readonly summary: string
  readonly table: ChartTable
  /** Rows of texts and numbers, the header first. */
  csv(): readonly (readonly (string | number)[])[]
  paint(scene: LoggedScene): LoggedDrawing
}

export interface LoggedChartKind<Spec> {
  readonly margins: Margins
  columns(spec: Spec): readonly string[]
  plot(spec: Spec, tables: readonly RunTable[]): LoggedPlot
}

/** Rows of a table that are drawn; more are told in a note. */
const maxRows = 200_000
/** More runs are hard to tell apart, and each is a table to load. */
const maxRuns = 30
const concurrency = 4
const refreshPauseMs = 2000

/** A chart of tables that runs have logged: loading, pointing and exporting are the same whatever is drawn. */
export function createLoggedChart<Spec extends LoggedChartSpec>(
  parts: ChartParts,
  initial: Spec,
  listener: ChartListener,
  kind: LoggedChartKind<Spec>,
): ChartBody<Spec> {
  let spec = initial
  let tables: readonly RunTable[] = []
  let plot = kind.plot(spec, tables)
  let drawing: LoggedDrawing | undefined
  let [isVisible, isStale, isLoaded] = [false, true, false]
  let running: AbortController | undefined
  let theme = readChartTheme(document.body)

  const frames = createFrameScheduler(draw)
  const refresh = createThrottle(refreshPauseMs, () => void load())
  const area = createPlotArea(() => frames.request(), kind.margins)
  const tooltip = createTooltip()
  area.element.setAttribute('role', 'img')
  area.element.setAttribute('aria-label', toChartTitle(initial))

  async function load(): Promise<void> {
    isStale = !isVisible
    if (!isVisible) return
    running?.abort()
    const { signal } = (running = new AbortController())
    try {
      tables = await loadTables(signal)
      if (signal.aborted) return
      isLoaded = true
      plot = kind.plot(spec, tables)
      frames.request()
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof RunwrightError)) throw error
      isStale = true
      report(error.message)
    }
  }

  async function loadTables(signal: AbortSignal): Promise<RunTable[]> {
    const columns = kind.columns(spec)
    const named = columns.length === 0 ? {} : { columns }
    const runs = parts.runs.value.slice(0, maxRuns)
    const loaded = await mapConcurrently(runs, concurrency, async (run): Promise<RunTable[]> => {
      const params = { runId: run.runId, path: spec.path, limit: maxRows, ...named }
      try {
        return [{ run, table: await parts.host.call('artifacts/table', params, signal) }]
      } catch (error) {
        // A run may well not have logged it.
        if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return []
        throw error
      }
    })
    return loaded.flat()
  }

  function report(error?: string): void {
    listener.reported({
      summary: plot.summary,
      notes: [...(drawing?.notes ?? []), ...listCuts()],
      isZoomed: false,
      error,
    })
  }

  function listCuts(): string[] {
    if (!isLoaded) return []
    const isCut = tables.some(({ table }) => table.rowCount > maxRows)
    const runCount = parts.runs.value.length
    return [
      ...(tables.length === 0 ? [text('charts.note.noTable')] : []),
      ...(isCut ? [text('charts.note.rows', { count: maxRows })] : []),
      ...(runCount > maxRuns ? [text('charts.note.runs', { shown: maxRuns, count: runCount })] : []),
    ]
  }

  function draw(): void {
    if (area.frame.right <= area.frame.left) return
    for (const layer of [area.axes, area.data, area.overlay]) clear(layer)
    drawing = plot.paint({ area, theme })
    report()
  }

  function hover(place: Place | undefined): void {
    const found = place === undefined ? undefined : drawing?.find(place)
    if (found === undefined || place === undefined) return tooltip.hide()
    const { ratio } = area.frame
    tooltip.show({ ...found, more: '' }, place.x / ratio, area.axes.canvas.width / ratio)
  }

  listenToPlot(area.element, { hovered: hover })
  const unsubscribe = parts.runs.subscribe(() => void load())

  return {
    element: element('div', { class: 'plot-holder logged-chart' }, area.element, tooltip.element),
    setVisible(next) {
      isVisible = next
      if (next && isStale) void load()
    },
    show(next) {
      spec = next
      area.element.setAttribute('aria-label', toChartTitle(next))
      void load()
    },
    received(event) {
      if (event.kind !== 'artifacts' && event.kind !== 'reset') return
      if (event.kind === 'artifacts' && !parts.runs.value.some(({ runId }) => runId === event.runId)) return
      if (isVisible) refresh.request()
      else isStale = true
    },
    themeChanged() {
      theme = readChartTheme(document.body)
      frames.request()
    },
    resetZoom: () => undefined,
    table: () => plot.table,
    csv: () => toCsv(plot.csv()),
    picture: () => toPicture(area, theme.background),
    vector: (title) => toVector(area, theme.background, title, draw),
    dispose() {
      unsubscribe()
      running?.abort()
      for (const scheduled of [frames, refresh]) scheduled.cancel()
      area.dispose()
    },
  }
}
