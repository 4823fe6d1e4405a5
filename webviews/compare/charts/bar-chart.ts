import type { BarChartSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { shortenText } from '../../shared/chart/shorten-text.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import type { RunRecord } from './run-values.ts'
import { createTableChart, type TableDrawing, type TableScene } from './table-chart.ts'

/** CSS pixels. */
const rowHeight = 20
const nameWidth = 110
const valueWidth = 56

/** A bar for each run, the greatest value first; with chosen runs, for those alone. */
export function createBarChart(
  parts: ChartParts,
  spec: BarChartSpec,
  listener: ChartListener,
): ChartBody<BarChartSpec> {
  return createTableChart(parts, spec, listener, {
    margins: { left: 8, top: 4, right: 8, bottom: 4 },
    columns: ({ column }) => [column],
    paint: (scene) => paint(scene, parts.state.view.chosen.length > 0),
  })
}

interface Bar {
  readonly index: number
  readonly record: RunRecord
  readonly value: number
}

function listBars({ records, colorOf }: TableScene<BarChartSpec>, isChosenOnly: boolean): Bar[] {
  const bars = records.flatMap((record, index) => {
    const [value] = record.values
    return typeof value === 'number' && Number.isFinite(value) ? [{ index, record, value }] : []
  })
  const shown = isChosenOnly ? bars.filter(({ record }) => colorOf(record) !== undefined) : bars
  return shown.sort((a, b) => b.value - a.value)
}

function paint(scene: TableScene<BarChartSpec>, isChosenOnly: boolean): TableDrawing {
  const { area, theme, colorOf } = scene
  const { axes, data, frame } = area
  const { left, top, right, bottom, ratio } = frame
  const bars = listBars(scene, isChosenOnly)
  const shown = bars.slice(0, Math.max(1, Math.floor((bottom - top) / ratio / rowHeight)))
  const start = left + nameWidth * ratio
  const end = Math.max(start + 1, right - valueWidth * ratio)
  const least = shown.reduce((least, { value }) => Math.min(least, value), 0)
  const greatest = shown.reduce((greatest, { value }) => Math.max(greatest, value), 0)
  const toPixel = (value: number) => start + ((value - least) / (greatest - least || 1)) * (end - start)
  const rowAt = (index: number) => top + index * rowHeight * ratio

  axes.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  axes.fillStyle = theme.text
  axes.textBaseline = 'middle'
  for (const [row, { record, value }] of shown.entries()) {
    const middle = rowAt(row) + (rowHeight / 2) * ratio
    axes.textAlign = 'end'
    axes.fillText(shortenText(axes, record.name, (nameWidth - 10) * ratio), start - 8 * ratio, middle)
    axes.textAlign = 'start'
    axes.fillText(toNumberText(value), Math.max(toPixel(value), toPixel(0)) + 6 * ratio, middle)
    data.fillStyle = colorOf(record) ?? theme.lines
    const [from, to] = [Math.min(toPixel(0), toPixel(value)), Math.max(toPixel(0), toPixel(value))]
    data.fillRect(from, rowAt(row) + 3 * ratio, Math.max(ratio, to - from), (rowHeight - 6) * ratio)
  }
  const rest = bars.length - shown.length
  const rowOf = (y: number) => Math.floor((y - top) / (rowHeight * ratio))
  return {
    notes: rest > 0 ? [text('charts.note.moreBars', { count: rest })] : [],
    find: ({ y }) => shown[rowOf(y)]?.index,
    emphasize(index) {
      const row = shown.findIndex((bar) => bar.index === index)
      area.overlay.strokeStyle = theme.text
      area.overlay.lineWidth = ratio
      area.overlay.strokeRect(left, rowAt(row) + ratio, right - left, (rowHeight - 2) * ratio)
    },
  }
}
