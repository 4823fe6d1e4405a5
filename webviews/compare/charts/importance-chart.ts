import type { ImportanceChartSpec } from '../../../src/protocol/saved-view.ts'
import type { ChartTheme } from '../../shared/chart/chart-theme.ts'
import { axisFontSize } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import type { PlotArea } from '../../shared/chart/plot-area.ts'
import { shortenText } from '../../shared/chart/shorten-text.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts, ChartTable } from './chart-body.ts'
import { toColumnText } from './column-text.ts'
import { rankColumns } from './importance.ts'
import type { RunRecord } from './run-values.ts'
import { createTableChart, type TableDrawing, type TableScene } from './table-chart.ts'

/** CSS pixels. */
const rowHeight = 22
const headHeight = 20
const gap = 12
const valueWidth = 44

type Ranking = ReturnType<typeof rankColumns>
type Scene = TableScene<ImportanceChartSpec>

/** The columns that tell most of a metric, and which way each goes with it. */
export function createImportanceChart(
  parts: ChartParts,
  spec: ImportanceChartSpec,
  listener: ChartListener,
): ChartBody<ImportanceChartSpec> {
  let known: { readonly records: readonly RunRecord[]; readonly ranking: Ranking } | undefined
  const rankingOf = ({ records }: Scene): Ranking => {
    if (known?.records !== records) known = { records, ranking: rankColumns(records) }
    return known.ranking
  }
  return createTableChart(parts, spec, listener, {
    margins: { left: 12, top: 4, right: 12, bottom: 4 },
    columns: ({ target, columns }) => [target, ...columns],
    paint: (scene) => paint(scene, rankingOf(scene)),
    describe: (scene) => describe(scene, rankingOf(scene)),
    table: (scene) => toTable(scene, rankingOf(scene)),
  })
}

function describe({ spec }: Scene, { columns: [first], runs }: Ranking): string {
  const metric = toColumnText(spec.target)
  if (first === undefined) return text('charts.importance.few', { metric })
  return text('charts.importance.summary', {
    metric,
    count: runs,
    first: nameOf(spec, first.column),
    share: toPercent(first.share),
  })
}

function toTable({ spec }: Scene, { columns }: Ranking): ChartTable {
  return {
    header: [text('charts.importance.column'), text('charts.importance.share'), text('charts.importance.correlation')],
    rows: columns.map(({ column, share, correlation }) => [
      nameOf(spec, column),
      toPercent(share),
      toCorrelation(correlation),
    ]),
  }
}

function nameOf({ columns }: ImportanceChartSpec, index: number): string {
  const column = columns[index]
  return column === undefined ? '' : toColumnText(column)
}

function toPercent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function toCorrelation(correlation: number): string {
  if (Number.isNaN(correlation)) return '–'
  const rounded = Math.round(correlation * 100) / 100
  return `${rounded > 0 ? '+' : ''}${toNumberText(rounded === 0 ? 0 : rounded)}`
}

/** Bars from a common zero: shares to the right, correlations to both sides, in a column of its own. */
function paint({ area, theme, spec }: Scene, { columns, runs }: Ranking): TableDrawing {
  const { left, top, right, bottom, ratio } = area.frame
  const room = Math.max(1, Math.floor(((bottom - top) / ratio - headHeight) / rowHeight))
  const shown = columns.slice(0, room)
  const layout = layOut(left, right, ratio)
  drawHead(area, theme, layout, shown.length)
  for (const [row, { column, share, correlation }] of shown.entries()) {
    const y = top + (headHeight + row * rowHeight) * ratio
    const greatest = shown[0]?.share ?? 0
    drawRow(area, theme, layout, y, nameOf(spec, column), {
      share: greatest > 0 ? share / greatest : 0,
      percent: toPercent(share),
      correlation,
    })
  }
  const rest = columns.length - shown.length
  const metric = toColumnText(spec.target)
  const method = text('charts.importance.method', { count: runs })
  return {
    notes: [
      columns.length === 0 ? text('charts.importance.few', { metric }) : method,
      ...(rest > 0 ? [text('charts.importance.rest', { count: rest })] : []),
    ],
    find: () => undefined,
    emphasize: () => undefined,
  }
}

/** All in device pixels; the middle of the correlations is their zero. */
interface Layout {
  readonly left: number
  readonly shares: { readonly from: number; readonly to: number }
  readonly correlations: { readonly from: number; readonly to: number }
  readonly right: number
}

function layOut(left: number, right: number, ratio: number): Layout {
  const width = right - left
  const names = left + width * 0.28
  const half = names + (right - names) * 0.52
  return {
    left,
    shares: { from: names + gap * ratio, to: half - valueWidth * ratio },
    correlations: { from: half + gap * ratio, to: right - valueWidth * ratio },
    right,
  }
}

function drawHead(
  { axes, data, frame }: PlotArea,
  theme: ChartTheme,
  { shares, correlations, right }: Layout,
  rowCount: number,
): void {
  const { top, ratio } = frame
  axes.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  axes.fillStyle = theme.text
  axes.textBaseline = 'middle'
  axes.textAlign = 'start'
  const y = top + (headHeight / 2) * ratio
  axes.fillText(text('charts.importance.share'), shares.from, y, correlations.from - shares.from)
  axes.fillText(text('charts.importance.correlation'), correlations.from, y, right - correlations.from)
  data.fillStyle = theme.lines
  const width = Math.max(1, Math.round(ratio))
  for (const x of [shares.from, (correlations.from + correlations.to) / 2]) {
    data.globalAlpha = 0.5
    data.fillRect(Math.round(x), top + headHeight * ratio, width, rowCount * rowHeight * ratio)
  }
  data.globalAlpha = 1
}

const shareColor = '#0072b2'
const risingColor = '#009e73'
const fallingColor = '#d55e00'

function drawRow(
  { axes, data, frame: { ratio } }: PlotArea,
  theme: ChartTheme,
  { left, shares, correlations }: Layout,
  y: number,
  name: string,
  { share, percent, correlation }: { share: number; percent: string; correlation: number },
): void {
  const middle = y + (rowHeight / 2) * ratio
  const [barTop, barHeight] = [Math.round(y + 5 * ratio), Math.round((rowHeight - 10) * ratio)]
  axes.fillStyle = theme.text
  axes.textAlign = 'end'
  axes.fillText(shortenText(axes, name, shares.from - left - 8 * ratio), shares.from - 8 * ratio, middle)
  axes.textAlign = 'start'
  const end = shares.from + share * (shares.to - shares.from)
  axes.fillText(percent, end + 6 * ratio, middle)
  data.fillStyle = shareColor
  data.fillRect(shares.from, barTop, Math.max(ratio, end - shares.from), barHeight)

  axes.fillText(toCorrelation(correlation), correlations.to + 6 * ratio, middle)
  if (Number.isNaN(correlation)) return
  const zero = (correlations.from + correlations.to) / 2
  const reach = (correlation * (correlations.to - correlations.from)) / 2
  data.fillStyle = correlation > 0 ? risingColor : fallingColor
  data.fillRect(Math.min(zero, zero + reach), barTop, Math.max(ratio, Math.abs(reach)), barHeight)
}
