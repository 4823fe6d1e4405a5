import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import type {
  BarChartSpec,
  ImportanceChartSpec,
  ParallelChartSpec,
  ScatterChartSpec,
} from '../../../src/protocol/saved-view.ts'
import { type ChartTheme, readChartTheme } from '../../shared/chart/chart-theme.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { clear, createPlotArea, type Margins, type PlotArea, toPicture } from '../../shared/chart/plot-area.ts'
import { listenToPlot, type Place, type Stretch } from '../../shared/chart/plot-gestures.ts'
import { createTooltip } from '../../shared/chart/tooltip.ts'
import { toVector } from '../../shared/chart/to-vector.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts, ChartTable } from './chart-body.ts'
import { toColumnText, toChartTitle } from './column-text.ts'
import { toCsv } from './curve-csv.ts'
import { createFrameScheduler, createThrottle } from '../../shared/frame-scheduler.ts'
import { loadRunValues, type RunRecord } from './run-values.ts'

type TableChartSpec = ScatterChartSpec | ParallelChartSpec | BarChartSpec | ImportanceChartSpec

/** What is drawn now. */
export interface TableScene<Spec> {
  readonly area: PlotArea
  readonly theme: ChartTheme
  readonly spec: Spec
  /** Values in the order of the kind's columns. */
  readonly records: readonly RunRecord[]
  /** The run's colour, if it is one of those that the list of runs shows. */
  colorOf(record: RunRecord): string | undefined
}

/** A drawing that can be asked what lies where. */
export interface TableDrawing {
  /** The index of the record there. */
  find(place: Place): number | undefined
  /** Draws a record once more, on the overlay. */
  emphasize(index: number): void
  /** What it leaves out, if anything. */
  readonly notes: readonly string[]
}

export interface TableChartKind<Spec> {
  readonly margins: Margins
  columns(spec: Spec): readonly TableColumn[]
  paint(scene: TableScene<Spec>): TableDrawing
  /** What a drag along y does; where it does nothing, there is no drag. */
  marked?(stretch: Stretch): void
  readonly extras?: readonly HTMLElement[]
  /** What is said of it; default: of which runs it is. */
  describe?(scene: TableScene<Spec>): string
  /** Its data to read; default: the values of each run. */
  table?(scene: TableScene<Spec>): ChartTable
}

const refreshPauseMs = 2000

/** A chart of what the table of runs holds: fetching, pointing and exporting are the same whatever is drawn. */
export function createTableChart<Spec extends TableChartSpec>(
  parts: ChartParts,
  initial: Spec,
  listener: ChartListener,
  kind: TableChartKind<Spec>,
): ChartBody<Spec> & { redraw(): void; scene(): TableScene<Spec> } {
  let spec = initial
  let records: readonly RunRecord[] = []
  let [isVisible, isStale] = [false, true]
  let drawing: TableDrawing | undefined
  let running: AbortController | undefined
  let stretch: Stretch | undefined
  let hovered: number | undefined
  let theme = readChartTheme(document.body)

  const frames = createFrameScheduler(draw)
  const overlay = createFrameScheduler(drawOverlay)
  const refresh = createThrottle(refreshPauseMs, () => void load())
  const area = createPlotArea(() => frames.request(), kind.margins)
  const tooltip = createTooltip()
  const holder = element('div', { class: 'plot-holder' }, area.element, tooltip.element, ...(kind.extras ?? []))

  area.element.setAttribute('role', 'img')
  area.element.setAttribute('aria-label', toChartTitle(initial))

  function scene(): TableScene<Spec> {
    const colors = new Map(parts.runs.value.map(({ runId, color }) => [runId, color]))
    const colorOf = ({ runId }: RunRecord) => colors.get(runId)
    return { area, theme, spec, records, colorOf }
  }

  async function load(): Promise<void> {
    isStale = !isVisible
    if (!isVisible) return
    running?.abort()
    const { signal } = (running = new AbortController())
    try {
      records = await loadRunValues(parts, kind.columns(spec), signal)
      frames.request()
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof RunwrightError)) throw error
      isStale = true
      report(error.message)
    }
  }

  function report(error?: string): void {
    const title = toChartTitle(spec)
    listener.reported({
      summary: kind.describe?.(scene()) ?? text('charts.summary.table', { title, count: records.length }),
      notes: drawing?.notes ?? [],
      isZoomed: false,
      error,
    })
  }

  function draw(): void {
    if (area.frame.right <= area.frame.left) return
    clear(area.axes)
    clear(area.data)
    drawing = kind.paint(scene())
    drawOverlay()
    report()
  }

  function drawOverlay(): void {
    const { overlay: context, frame } = area
    clear(context)
    if (hovered !== undefined) drawing?.emphasize(hovered)
    if (stretch === undefined) return
    context.fillStyle = theme.accent
    context.globalAlpha = 0.3
    const width = 16 * frame.ratio
    context.fillRect(stretch.at - width / 2, stretch.from, width, stretch.to - stretch.from)
    context.globalAlpha = 1
  }

  function hover(place: Place | undefined): void {
    hovered = place === undefined ? undefined : drawing?.find(place)
    const record = hovered === undefined ? undefined : records[hovered]
    overlay.request()
    if (record === undefined || place === undefined) return tooltip.hide()
    const { ratio } = area.frame
    const rows = kind.columns(spec).map((column, index) => ({
      color: 'transparent',
      name: toColumnText(column),
      value: toCellText(record.values[index]),
      isNearest: false,
    }))
    tooltip.show({ title: record.name, rows, more: '' }, place.x / ratio, area.axes.canvas.width / ratio)
  }

  function toggleChosen(place: Place): void {
    const index = drawing?.find(place)
    const record = index === undefined ? undefined : records[index]
    if (record === undefined) return
    const { chosen } = parts.state.view
    const isChosen = chosen.includes(record.runId)
    parts.state.update({
      chosen: isChosen ? chosen.filter((other) => other !== record.runId) : [...chosen, record.runId],
    })
  }

  listenToPlot(
    area.element,
    {
      hovered: hover,
      marking(next) {
        if (kind.marked === undefined || next?.axis === 'x') return
        stretch = next
        overlay.request()
      },
      marked: (next) => next.axis === 'y' && kind.marked?.(next),
    },
    'y',
  )
  area.element.addEventListener('click', ({ offsetX, offsetY }) => {
    toggleChosen({ x: offsetX * area.frame.ratio, y: offsetY * area.frame.ratio })
  })
  const unsubscribe = parts.runs.subscribe(() => void load())

  return {
    element: holder,
    scene,
    redraw: () => frames.request(),
    setVisible(next) {
      isVisible = next
      if (next && isStale) void load()
    },
    show(next) {
      const isOther = JSON.stringify(kind.columns(next)) !== JSON.stringify(kind.columns(spec))
      spec = next
      area.element.setAttribute('aria-label', toChartTitle(next))
      if (isOther) void load()
      else frames.request()
    },
    received(event) {
      if (event.kind !== 'metrics' && event.kind !== 'run' && event.kind !== 'reset') return
      if (isVisible) refresh.request()
      else isStale = true
    },
    themeChanged() {
      theme = readChartTheme(document.body)
      frames.request()
    },
    resetZoom: () => undefined,
    table: () =>
      kind.table?.(scene()) ?? {
        header: [text('charts.table.run'), ...kind.columns(spec).map(toColumnText)],
        rows: records.slice(0, 1000).map(({ name, values }) => [name, ...values.map(toCellText)]),
      },
    csv: () =>
      toCsv([
        ['run_id', 'run', ...kind.columns(spec).map(toColumnText)],
        ...records.map(({ runId, name, values }) => [runId, name, ...values.map((value) => value ?? '')]),
      ]),
    picture: () => toPicture(area, theme.background),
    vector: (title) => toVector(area, theme.background, title, draw),
    dispose() {
      unsubscribe()
      running?.abort()
      for (const scheduled of [frames, overlay, refresh]) scheduled.cancel()
      area.dispose()
    },
  }
}

function toCellText(value: string | number | undefined): string {
  return typeof value === 'number' ? toNumberText(value) : (value ?? '')
}
