import type { ParallelChartSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize } from '../../shared/chart/draw-axes.ts'
import type { Place, Stretch } from '../../shared/chart/plot-gestures.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { createColumnScale, isPositive, toRampColor } from './column-scale.ts'
import { toColumnText } from './column-text.ts'
import type { RunRecord } from './run-values.ts'
import { createTableChart, type TableDrawing, type TableScene } from './table-chart.ts'

type Columns = ParallelChartSpec['columns']
/** Pixels of an axis, by its index, in which a run has to be. */
type Brushes = ReadonlyMap<number, { readonly from: number; readonly to: number }>

const maxChosen = 1000

/** A line for each run over an axis for each column; a range dragged on an axis leaves only the runs within. */
export function createParallelChart(
  parts: ChartParts,
  spec: ParallelChartSpec,
  listener: ChartListener,
): ChartBody<ParallelChartSpec> {
  let brushes: Brushes = new Map()
  let isLog = false
  const choose = button('', chooseBrushed, { class: 'tool' })
  const release = button(text('charts.brush.clear'), () => setBrushes(new Map()), { class: 'tool' })
  const log = button(text('charts.logAxes'), toggleLog, { class: 'tool', 'aria-pressed': 'false' })
  const bar = element('div', { class: 'parallel-tools' }, log, choose, release)

  const chart = createTableChart(parts, spec, listener, {
    margins: { left: 40, top: 34, right: 40, bottom: 10 },
    columns: ({ columns, color }) => (color === undefined ? columns : [...columns, color]),
    paint: (scene) => {
      const drawing = paint(scene, brushes, isLog)
      choose.textContent = text('charts.brush.choose', { count: drawing.inside.length })
      choose.hidden = release.hidden = brushes.size === 0
      return drawing
    },
    marked: brush,
    extras: [bar],
  })

  function setBrushes(next: Brushes): void {
    brushes = next
    chart.redraw()
  }

  function toggleLog(): void {
    isLog = !isLog
    log.setAttribute('aria-pressed', String(isLog))
    setBrushes(new Map())
  }

  function brush({ at, from, to }: Stretch): void {
    const { area, spec } = chart.scene()
    const index = findAxis(area.frame, spec.columns.length, at)
    setBrushes(new Map(brushes).set(index, { from, to }))
  }

  function chooseBrushed(): void {
    const scene = chart.scene()
    const inside = paint(scene, brushes, isLog).inside
    parts.state.update({ chosen: inside.slice(0, maxChosen).map(({ runId }) => runId) })
  }

  // The same axes after another size would be ranges of other values.
  return { ...chart, show: (next) => (setBrushes(new Map()), chart.show(next)) }
}

type Frame = TableScene<ParallelChartSpec>['area']['frame']

function axisAt({ left, right }: Frame, count: number, index: number): number {
  return count < 2 ? (left + right) / 2 : left + ((right - left) * index) / (count - 1)
}

function findAxis({ left, right }: Frame, count: number, x: number): number {
  const index = Math.round(((x - left) / (right - left)) * (count - 1))
  return Math.max(0, Math.min(count - 1, index))
}

function createAxes({ area, spec, records }: TableScene<ParallelChartSpec>, isLog: boolean) {
  const { top, bottom, ratio } = area.frame
  return spec.columns.map((column, index) => {
    const values = records.map((record) => record.values[index])
    const isDuration = column.kind === 'attribute' && column.key === 'duration'
    const maxTicks = Math.max(2, Math.floor((bottom - top) / ratio / 40))
    const options = { isLog: isLog && isPositive(values), start: bottom, end: top, maxTicks, isDuration }
    return createColumnScale(values, options)
  })
}

function paint(
  scene: TableScene<ParallelChartSpec>,
  brushes: Brushes,
  isLog: boolean,
): TableDrawing & { readonly inside: readonly RunRecord[] } {
  const { area, theme, spec, records, colorOf } = scene
  const { data, frame } = area
  const scales = createAxes(scene, isLog)
  const color = createColumnScale(
    records.map(({ values }) => values[spec.columns.length]),
    { isLog: false, start: 0, end: 1, maxTicks: 2 },
  )
  const places = records.map(({ values }) => scales.map((scale, index) => scale.place(values[index])))
  const isInside = (index: number) =>
    Array.from(brushes).every(([axis, { from, to }]) => {
      const pixel = places[index]?.[axis]
      return pixel !== undefined && pixel >= from && pixel <= to
    })
  const strokeOf = (record: RunRecord) => {
    const share = spec.color === undefined ? undefined : color.share(record.values[spec.columns.length])
    return share === undefined ? (colorOf(record) ?? theme.text) : toRampColor(share)
  }
  const opacity = records.length > 500 ? 0.3 : records.length > 50 ? 0.5 : 0.9
  const inside: RunRecord[] = []
  for (const [index, record] of records.entries()) {
    const isShown = isInside(index)
    if (isShown) inside.push(record)
    data.strokeStyle = isShown ? strokeOf(record) : theme.lines
    data.globalAlpha = isShown ? opacity : 0.08
    data.lineWidth = 1.25 * frame.ratio
    drawLine(data, frame, places[index] ?? [])
  }
  data.globalAlpha = 1
  drawAxes(scene, scales, brushes)
  return {
    inside,
    notes: [],
    find: (at) => findLine(places, frame, at, isInside),
    emphasize(index) {
      const record = records[index]
      if (record === undefined) return
      area.overlay.strokeStyle = strokeOf(record)
      area.overlay.lineWidth = 3 * frame.ratio
      drawLine(area.overlay, frame, places[index] ?? [])
    },
  }
}

/** A missing value breaks the line. */
function drawLine(context: CanvasRenderingContext2D, frame: Frame, pixels: readonly (number | undefined)[]): void {
  context.beginPath()
  let isDown = false
  for (const [index, pixel] of pixels.entries()) {
    const x = axisAt(frame, pixels.length, index)
    if (pixel !== undefined && isDown) context.lineTo(x, pixel)
    else if (pixel !== undefined) context.moveTo(x, pixel)
    isDown = pixel !== undefined
  }
  context.stroke()
}

function findLine(
  places: readonly (readonly (number | undefined)[])[],
  frame: Frame,
  { x, y }: Place,
  isInside: (index: number) => boolean,
): number | undefined {
  let [found, distance]: [number | undefined, number] = [undefined, 8 * frame.ratio]
  for (const [index, pixels] of places.entries()) {
    const place = ((x - frame.left) / (frame.right - frame.left)) * (pixels.length - 1)
    const low = Math.max(0, Math.min(pixels.length - 2, Math.floor(place)))
    const [a, b] = [pixels[low], pixels[low + 1]]
    if (a === undefined || b === undefined || !isInside(index)) continue
    const away = Math.abs(a + (b - a) * Math.min(1, Math.max(0, place - low)) - y)
    if (away < distance) [found, distance] = [index, away]
  }
  return found
}

function drawAxes(
  { area, theme, spec }: TableScene<ParallelChartSpec>,
  scales: ReturnType<typeof createAxes>,
  brushes: Brushes,
): void {
  const { data: context, frame } = area
  const { top, bottom, ratio } = frame
  const columns: Columns = spec.columns
  const room = (frame.right - frame.left) / Math.max(1, columns.length - 1) - 6 * ratio
  context.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  context.fillStyle = theme.text
  for (const [index, column] of columns.entries()) {
    const x = Math.round(axisAt(frame, columns.length, index)) + 0.5
    context.lineWidth = Math.max(1, Math.round(ratio))
    context.strokeStyle = theme.lines
    context.beginPath()
    context.moveTo(x, top)
    context.lineTo(x, bottom)
    context.stroke()
    context.textAlign = index === 0 ? 'start' : index === columns.length - 1 ? 'end' : 'center'
    context.textBaseline = 'bottom'
    const edge = index === 0 ? -34 * ratio : index === columns.length - 1 ? 34 * ratio : 0
    context.fillText(toColumnText(column), x + edge, top - 8 * ratio, Math.max(30 * ratio, room))
    context.textAlign = index === columns.length - 1 ? 'start' : 'end'
    context.textBaseline = 'middle'
    const side = index === columns.length - 1 ? 5 * ratio : -5 * ratio
    for (const { pixel, label } of scales[index]?.ticks ?? []) {
      // Lines pass behind the labels, which stay readable on a rim of the background.
      context.strokeStyle = theme.background
      context.lineWidth = 3 * ratio
      context.strokeText(label, x + side, pixel, 60 * ratio)
      context.fillText(label, x + side, pixel, 60 * ratio)
    }
    const brush = brushes.get(index)
    if (brush === undefined) continue
    context.fillStyle = theme.accent
    context.globalAlpha = 0.45
    context.fillRect(x - 6 * ratio, brush.from, 12 * ratio, brush.to - brush.from)
    context.globalAlpha = 1
    context.fillStyle = theme.text
  }
}
