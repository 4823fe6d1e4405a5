import type { HistogramSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize, countTicks, drawAxes } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import type { Frame } from '../../shared/chart/plot-area.ts'
import { createScale, type Range } from '../../shared/chart/scale.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { toRampColor } from './column-scale.ts'
import { toChartTitle } from './column-text.ts'
import type { ShownRun } from './curve-line.ts'
import { createTicks } from './curve-scales.ts'
import { drawRamp } from './draw-ramp.ts'
import { type Bin, findMode, type Histograms, readHistograms, type StepHistogram, toStretches } from './histograms.ts'
import {
  createLoggedChart,
  type LoggedDrawing,
  type LoggedPlot,
  type LoggedScene,
  type RunTable,
} from './logged-chart.ts'

/** Runs beside each other; more would be too small to read. */
const maxPanels = 6
/** CSS pixels around the plot of a run. */
const room = { left: 52, top: 22, right: 12, bottom: 22 } as const
/** For what the colours stand for. */
const rampHeight = 16

interface RunHistograms {
  readonly run: ShownRun
  readonly histograms: Histograms
}

/** A heat map for each run: over the steps, how often which values were there, as the run logged it. */
export function createHistogramChart(
  parts: ChartParts,
  spec: HistogramSpec,
  listener: ChartListener,
): ChartBody<HistogramSpec> {
  return createLoggedChart(parts, spec, listener, {
    margins: { left: 0, top: rampHeight, right: 12, bottom: 0 },
    columns: ({ step, from, to, count }) => [step, from, ...[to ?? [], count ?? []].flat()],
    plot,
  })
}

function plot(spec: HistogramSpec, tables: readonly RunTable[]): LoggedPlot {
  const runs = tables.flatMap(({ run, table }) => {
    const histograms = readHistograms(table, spec)
    return histograms === undefined ? [] : [{ run, histograms }]
  })
  const cells = runs.flatMap(({ run, histograms }) =>
    histograms.steps.flatMap(({ step, bins }) => bins.map((bin) => ({ run, step, ...bin }))),
  )
  const names = ['run', 'step', 'from', 'to', 'count'] as const
  return {
    summary: summarize(spec, runs),
    table: {
      header: names.map((name) => text(`charts.histogram.${name}`)),
      rows: cells.map(({ run, step, from, to, count }) => [run.name, ...[step, from, to, count].map(toNumberText)]),
    },
    csv: () => [
      ['run_id', ...names],
      ...cells.map(({ run, step, from, to, count }) => [run.runId, run.name, step, from, to, count]),
    ],
    paint: (scene) => paint(scene, runs, tables.length - runs.length),
  }
}

function summarize(spec: HistogramSpec, runs: readonly RunHistograms[]): string {
  const title = toChartTitle(spec)
  const each = runs.flatMap(({ run, histograms: { steps } }) => {
    const [first, last] = [steps[0], steps.at(-1)]
    if (first === undefined || last === undefined) return []
    return [
      text('charts.histogram.most', {
        name: run.name,
        count: steps.length,
        first: sayMode(first),
        last: sayMode(last),
      }),
    ]
  })
  if (each.length === 0) return text('charts.summary.empty', { metrics: title })
  return text('charts.histogram.summary', { title, runs: each.join('; ') })
}

function sayMode(histogram: StepHistogram): string {
  const mode = findMode(histogram)
  const step = toNumberText(histogram.step)
  return mode === undefined
    ? text('charts.histogram.emptyAt', { step })
    : text('charts.histogram.modeAt', { step, from: toNumberText(mode.from), to: toNumberText(mode.to) })
}

interface Panel {
  readonly shown: RunHistograms
  readonly frame: Frame
  readonly x: ReturnType<typeof createScale>
  readonly y: ReturnType<typeof createScale>
}

function paint(scene: LoggedScene, runs: readonly RunHistograms[], lacking: number): LoggedDrawing {
  const shown = runs.filter(({ histograms }) => histograms.steps.length > 0).slice(0, maxPanels)
  const bins = shown.flatMap(({ histograms }) => histograms.steps.flatMap((step) => step.bins))
  const spanned = shown.flatMap(({ histograms }) => toStretches(histograms.steps.map(({ step }) => step)))
  const greatest = bins.reduce((max, { count }) => Math.max(max, count), 0)
  const [x, y] = [spanOf(spanned), spanOf(bins)]
  const panels = x === undefined || y === undefined ? [] : layOut(scene, shown, x, y)
  for (const panel of panels) drawPanel(scene, panel, greatest)
  if (panels.length > 0) {
    const { axes, frame } = scene.area
    const ends = { least: '0', greatest: toNumberText(greatest) }
    drawRamp(axes, { ...frame, left: frame.left + room.left }, scene.theme, {
      name: text('charts.histogram.count'),
      ...ends,
    })
  }
  const leftOut = runs.reduce((sum, { histograms }) => sum + histograms.leftOut, 0)
  return {
    notes: [
      ...(runs.length > maxPanels ? [text('charts.note.matrices', { shown: maxPanels, count: runs.length })] : []),
      ...(leftOut > 0 ? [text('charts.note.leftOutRows', { count: leftOut })] : []),
      ...(lacking > 0 ? [text('charts.note.lackColumns', { count: lacking })] : []),
    ],
    find: (place) => describePlace(panels, place),
  }
}

function spanOf(stretches: readonly { readonly from: number; readonly to: number }[]): Range | undefined {
  if (stretches.length === 0) return undefined
  const min = stretches.reduce((least, { from }) => Math.min(least, from), Infinity)
  const max = stretches.reduce((most, { to }) => Math.max(most, to), -Infinity)
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max }
}

/** Plots of equal size, all with the same scales, so that runs can be compared. */
function layOut({ area }: LoggedScene, shown: readonly RunHistograms[], x: Range, y: Range): Panel[] {
  const { left, top, right, bottom, ratio } = area.frame
  const columns = Math.ceil(Math.sqrt(shown.length))
  const rows = Math.ceil(shown.length / columns)
  const [width, height] = [(right - left) / columns, (bottom - top) / rows]
  return shown.map((run, place) => {
    const [column, row] = [place % columns, Math.floor(place / columns)]
    const frame = {
      left: Math.round(left + column * width + room.left * ratio),
      right: Math.round(left + (column + 1) * width - room.right * ratio),
      top: Math.round(top + row * height + room.top * ratio),
      bottom: Math.round(top + (row + 1) * height - room.bottom * ratio),
      ratio,
    }
    const scales = {
      x: createScale(x, false, frame.left, frame.right),
      y: createScale(y, false, frame.bottom, frame.top),
    }
    return { shown: run, frame, ...scales }
  })
}

function drawPanel({ area, theme }: LoggedScene, { shown, frame, x, y }: Panel, greatest: number): void {
  const { axes, data } = area
  const ticks = countTicks(frame)
  drawAxes(
    axes,
    frame,
    theme,
    { x: { scale: x, ticks: createTicks(x, ticks.x) }, y: { scale: y, ticks: createTicks(y, ticks.y) } },
    'beside',
  )
  axes.textAlign = 'center'
  axes.textBaseline = 'middle'
  axes.fillStyle = theme.text
  const middle = frame.top - ((axisFontSize + 4) / 2) * frame.ratio
  axes.fillText(shown.run.name, (frame.left + frame.right) / 2, middle, frame.right - frame.left)
  const { steps } = shown.histograms
  for (const [place, stretch] of toStretches(steps.map(({ step }) => step)).entries()) {
    const [left, right] = [stretch.from, stretch.to].map((edge) => Math.round(x.toPixel(edge)))
    for (const { from, to, count } of steps[place]?.bins ?? []) {
      const [bottom, top] = [from, to].map((edge) => Math.round(y.toPixel(edge)))
      data.fillStyle = toRampColor(count / greatest)
      data.fillRect(
        left ?? 0,
        top ?? 0,
        Math.max(1, (right ?? 0) - (left ?? 0)),
        Math.max(1, (bottom ?? 0) - (top ?? 0)),
      )
    }
  }
}

function describePlace(panels: readonly Panel[], place: { x: number; y: number }): ReturnType<LoggedDrawing['find']> {
  const panel = panels.find(
    ({ frame }) => place.x >= frame.left && place.x < frame.right && place.y >= frame.top && place.y < frame.bottom,
  )
  if (panel === undefined) return undefined
  const { steps } = panel.shown.histograms
  const at = panel.x.toValue(place.x)
  const index = toStretches(steps.map(({ step }) => step)).findIndex(({ from, to }) => at >= from && at < to)
  const histogram = steps[index]
  if (histogram === undefined) return undefined
  const value = panel.y.toValue(place.y)
  const bin = histogram.bins.find(({ from, to }) => value >= from && value < to)
  const title = text('charts.histogram.place', { name: panel.shown.run.name, step: toNumberText(histogram.step) })
  return { title, rows: [toTooltipRow(bin)] }
}

function toTooltipRow(bin: Bin | undefined) {
  const row = { color: 'transparent', isNearest: false }
  if (bin === undefined) return { ...row, name: text('charts.histogram.count'), value: '0' }
  const name = text('charts.histogram.values', { from: toNumberText(bin.from), to: toNumberText(bin.to) })
  return { ...row, name, value: toNumberText(bin.count) }
}
