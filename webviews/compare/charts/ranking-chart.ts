import type { RankingChartSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize, countTicks, drawAxes } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { withinFrame } from '../../shared/chart/plot-area.ts'
import type { Place } from '../../shared/chart/plot-gestures.ts'
import { createScale } from '../../shared/chart/scale.ts'
import { linearTicks } from '../../shared/chart/ticks.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { toChartTitle } from './column-text.ts'
import { labelsOf, sortLabels } from './confusion.ts'
import type { ShownRun } from './curve-line.ts'
import {
  createLoggedChart,
  type LoggedDrawing,
  type LoggedPlot,
  type LoggedScene,
  type RunTable,
} from './logged-chart.ts'
import { type Ranking, type RankingCurve, rankScores, toPrecisionRecallCurve, toRocCurve } from './ranking.ts'

/** CSS pixels from a curve within which it is pointed at. */
const reach = 24
/** Curves that the legend in the plot names; the table names all. */
const namedCurves = 8
const rowHeight = 15

interface RunCurve {
  readonly run: ShownRun
  readonly ranking: Ranking
  readonly curve: RankingCurve
  readonly positive: string
}

/** A ROC or a precision-recall curve for each run. */
export function createRankingChart(
  parts: ChartParts,
  spec: RankingChartSpec,
  listener: ChartListener,
): ChartBody<RankingChartSpec> {
  return createLoggedChart(parts, spec, listener, {
    margins: { left: 48, top: 20, right: 16, bottom: 38 },
    columns: ({ truth, score, weight }) => [truth, score, ...(weight === undefined ? [] : [weight])],
    plot,
  })
}

function plot(spec: RankingChartSpec, tables: readonly RunTable[]): LoggedPlot {
  const curves = tables.flatMap((table) => toRunCurve(spec, table) ?? [])
  return {
    summary: summarize(spec, curves),
    table: {
      header: [
        text('charts.table.run'),
        text(`charts.ranking.${spec.kind}.area`),
        text('charts.ranking.positives'),
        text('charts.ranking.negatives'),
      ],
      rows: curves.map(({ run, curve, ranking }) => [
        run.name,
        ...[curve.area, ranking.positives, ranking.negatives].map(toNumberText),
      ]),
    },
    csv: () => toRows(spec, curves),
    paint: (scene) => paint(scene, spec, curves, tables.length - curves.length),
  }
}

function toRunCurve(spec: RankingChartSpec, { run, table }: RunTable): RunCurve | undefined {
  const find = (name: string | undefined) => table.columns.find((column) => column.name === name)
  const [truth, score, weight] = [find(spec.truth), find(spec.score), find(spec.weight)]
  if (truth === undefined || score?.kind !== 'number') return undefined
  if (spec.weight !== undefined && weight?.kind !== 'number') return undefined
  const labels = labelsOf(truth)
  const known = sortLabels([...new Set(labels.filter((label) => label !== undefined))])
  const positive = spec.positive ?? known.at(-1)
  if (positive === undefined) return undefined
  const ranking = rankScores({
    isPositive: labels.map((label) => (label === undefined ? undefined : label === positive)),
    scores: score.values,
    weights: weight?.kind === 'number' ? weight.values : undefined,
  })
  const curve = spec.kind === 'roc' ? toRocCurve(ranking) : toPrecisionRecallCurve(ranking)
  return { run, ranking, curve, positive }
}

function summarize(spec: RankingChartSpec, curves: readonly RunCurve[]): string {
  const title = toChartTitle(spec)
  const [best] = curves.filter(({ curve }) => curve.area >= 0).toSorted((a, b) => b.curve.area - a.curve.area)
  if (best === undefined) return text('charts.summary.empty', { metrics: title })
  const words = { title, area: text(`charts.ranking.${spec.kind}.area`), count: curves.length }
  const value = { best: toNumberText(best.curve.area), name: best.run.name, positive: best.positive }
  return text(curves.length === 1 ? 'charts.summary.rankingOne' : 'charts.summary.ranking', { ...words, ...value })
}

function toRows({ kind }: RankingChartSpec, curves: readonly RunCurve[]): (string | number)[][] {
  const axes = kind === 'roc' ? ['false_positive_rate', 'true_positive_rate'] : ['recall', 'precision']
  return [
    ['run_id', 'run', 'threshold', ...axes],
    ...curves.flatMap(({ run, curve }) =>
      Array.from(curve.xs, (x, at) => [run.runId, run.name, curve.thresholds[at] ?? '', x, curve.ys[at] ?? '']),
    ),
  ]
}

function paint(
  { area, theme }: LoggedScene,
  spec: RankingChartSpec,
  curves: readonly RunCurve[],
  lacking: number,
): LoggedDrawing {
  const { frame, axes, data } = area
  const { left, right, top, bottom, ratio } = frame
  const counts = countTicks(frame)
  const unit = { min: 0, max: 1 }
  const x = createScale(unit, false, left, right)
  const y = createScale(unit, false, bottom, top)
  drawAxes(axes, frame, theme, {
    x: { scale: x, ticks: linearTicks(unit, counts.x) },
    y: { scale: y, ticks: linearTicks(unit, counts.y) },
  })
  axes.textBaseline = 'top'
  axes.textAlign = 'center'
  axes.fillText(text(`charts.ranking.${spec.kind}.x`), (left + right) / 2, bottom + 21 * ratio, right - left)
  axes.textAlign = 'start'
  axes.fillText(text(`charts.ranking.${spec.kind}.y`), 6 * ratio, 2 * ratio, right)
  if (spec.kind === 'roc') drawChance(axes, x.toPixel(0), y.toPixel(0), x.toPixel(1), y.toPixel(1), ratio)

  const traced = curves.map(({ curve }) => trace(curve, x.toPixel, y.toPixel))
  // Half of the line of a curve that runs along an edge lies beyond it.
  const room = {
    ...frame,
    left: left - 2 * ratio,
    right: right + 2 * ratio,
    top: top - 2 * ratio,
    bottom: bottom + 2 * ratio,
  }
  withinFrame(data, room, () => {
    for (const [index, { run, curve }] of curves.entries()) {
      data.strokeStyle = run.color
      data.lineWidth = 2 * ratio
      drawLine(data, traced[index] ?? [], curve, spec.kind === 'roc' ? undefined : x.toPixel(0))
    }
  })
  drawNames({ area, theme }, spec, curves)
  const leftOut = curves.reduce((sum, { ranking }) => sum + ranking.leftOut, 0)
  return {
    find: (place) => findPoint(spec, curves, traced, place, reach * ratio),
    notes: [
      ...(leftOut > 0 ? [text('charts.note.leftOutRows', { count: leftOut })] : []),
      ...(lacking > 0 ? [text('charts.note.lackColumns', { count: lacking })] : []),
    ],
  }
}

/** What a ranking by chance comes to. */
function drawChance(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  ratio: number,
): void {
  context.save()
  context.setLineDash([4 * ratio, 4 * ratio])
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
  context.restore()
}

function trace({ xs, ys }: RankingCurve, toX: (x: number) => number, toY: (y: number) => number): Place[] {
  return Array.from(xs, (x, at) => ({ x: toX(x), y: toY(ys[at] ?? 0) }))
}

/** Precision is drawn in steps from recall 0 on, as it is summed up; what would share a pixel is left out. */
function drawLine(
  context: CanvasRenderingContext2D,
  places: readonly Place[],
  { xs }: RankingCurve,
  stepsFrom: number | undefined,
): void {
  const [first] = places
  if (first === undefined || !Number.isFinite(xs.at(-1))) return
  context.beginPath()
  context.moveTo(stepsFrom ?? first.x, first.y)
  context.lineTo(first.x, first.y)
  let last = first
  for (const place of places.slice(1)) {
    const isNear = Math.abs(place.x - last.x) < 0.5 && Math.abs(place.y - last.y) < 0.5
    if (isNear && place !== places.at(-1)) continue
    if (stepsFrom !== undefined) context.lineTo(last.x, place.y)
    context.lineTo(place.x, place.y)
    last = place
  }
  context.stroke()
}

/** The runs with the area under their curves, where curves seldom are. */
function drawNames({ area, theme }: LoggedScene, { kind }: RankingChartSpec, curves: readonly RunCurve[]): void {
  const { axes: context, frame } = area
  const { left, right, bottom, ratio } = frame
  const short = text(`charts.ranking.${kind}.short`)
  const named = curves.slice(0, namedCurves)
  context.textBaseline = 'middle'
  context.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  context.textAlign = kind === 'roc' ? 'end' : 'start'
  for (const [index, { run, curve }] of named.entries()) {
    const y = bottom - (named.length - index) * rowHeight * ratio
    const words = `${run.name}  ${short} ${toNumberText(curve.area)}`
    const room = (right - left) * 0.7
    const width = Math.min(room, context.measureText(words).width)
    const start = kind === 'roc' ? right - 6 * ratio : left + 20 * ratio
    context.fillStyle = theme.text
    context.fillText(words, start, y, room)
    context.fillStyle = run.color
    context.beginPath()
    context.arc(kind === 'roc' ? start - width - 8 * ratio : start - 9 * ratio, y, 4 * ratio, 0, 2 * Math.PI)
    context.fill()
  }
}

function findPoint(
  { kind }: RankingChartSpec,
  curves: readonly RunCurve[],
  traced: readonly (readonly Place[])[],
  place: Place,
  reach: number,
): ReturnType<LoggedDrawing['find']> {
  let [distance, curveIndex, point] = [reach, -1, -1]
  for (const [index, places] of traced.entries()) {
    for (const [at, { x, y }] of places.entries()) {
      const away = Math.hypot(x - place.x, y - place.y)
      if (away < distance) [distance, curveIndex, point] = [away, index, at]
    }
  }
  const found = curves[curveIndex]
  if (found === undefined) return undefined
  const { run, curve } = found
  const row = (name: string, value: number | undefined) => ({
    color: 'transparent',
    name,
    value: toNumberText(value ?? Number.NaN),
    isNearest: false,
  })
  return {
    title: run.name,
    rows: [
      row(text('charts.ranking.threshold'), curve.thresholds[point]),
      row(text(`charts.ranking.${kind}.x`), curve.xs[point]),
      row(text(`charts.ranking.${kind}.y`), curve.ys[point]),
    ],
  }
}
