import type { ConfusionMatrixSpec } from '../../../src/protocol/saved-view.ts'
import { axisFontSize } from '../../shared/chart/draw-axes.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartParts } from './chart-body.ts'
import { toChartTitle } from './column-text.ts'
import { type Confusion, countConfusion, listLabels } from './confusion.ts'
import type { ShownRun } from './curve-line.ts'
import {
  createLoggedChart,
  type LoggedDrawing,
  type LoggedPlot,
  type LoggedScene,
  type RunTable,
} from './logged-chart.ts'

/** More labels are for a table. */
const maxLabels = 60
/** Matrices beside each other; more would be too small to read. */
const maxMatrices = 6
/** CSS pixels. */
const [titleHeight, gap, labelRoom, fontRoom] = [18, 12, 56, 24]

interface RunConfusion {
  readonly run: ShownRun
  readonly confusion: Confusion
}

/** A confusion matrix for each run, all with the same labels. */
export function createConfusionChart(
  parts: ChartParts,
  spec: ConfusionMatrixSpec,
  listener: ChartListener,
): ChartBody<ConfusionMatrixSpec> {
  return createLoggedChart(parts, spec, listener, {
    margins: { left: 8, top: 4, right: 8, bottom: 4 },
    columns: ({ truth, predicted, count }) =>
      predicted === undefined ? [] : [truth, predicted, ...(count === undefined ? [] : [count])],
    plot,
  })
}

const countOf = ({ counts }: Confusion, truth: string, predicted: string) => counts.get(truth)?.get(predicted) ?? 0

function plot(spec: ConfusionMatrixSpec, tables: readonly RunTable[]): LoggedPlot {
  const matrices = tables.flatMap(({ run, table }) => {
    const confusion = countConfusion(table, spec)
    return confusion === undefined ? [] : [{ run, confusion }]
  })
  const labels = listLabels(matrices.map(({ confusion }) => confusion))
  return {
    summary: summarize(spec, matrices),
    table: {
      header: [text('charts.table.run'), text('charts.confusion.truth'), ...labels],
      rows: matrices.flatMap(({ run, confusion }) =>
        labels.map((truth) => [
          run.name,
          truth,
          ...labels.map((predicted) => toNumberText(countOf(confusion, truth, predicted))),
        ]),
      ),
    },
    csv: () => [
      ['run_id', 'run', 'true_label', 'predicted_label', 'count'],
      ...matrices.flatMap(({ run, confusion }) =>
        labels.flatMap((truth) =>
          labels.map((predicted) => [run.runId, run.name, truth, predicted, countOf(confusion, truth, predicted)]),
        ),
      ),
    ],
    paint: (scene) => paint(scene, matrices, labels, tables.length - matrices.length),
  }
}

function summarize(spec: ConfusionMatrixSpec, matrices: readonly RunConfusion[]): string {
  const title = toChartTitle(spec)
  if (matrices.length === 0) return text('charts.summary.empty', { metrics: title })
  const each = matrices.map(({ run, confusion: { correct, total } }) =>
    text('charts.summary.correctOf', { name: run.name, correct, total, share: toShare(correct, total) }),
  )
  return text('charts.summary.confusion', { title, runs: each.join(', ') })
}

function toShare(part: number, total: number): string {
  return total === 0 ? '–' : `${Number(((100 * part) / total).toFixed(1))} %`
}

/** Where a matrix lies, in device pixels. */
interface Box {
  readonly left: number
  readonly top: number
  readonly cell: number
}

function paint(
  scene: LoggedScene,
  matrices: readonly RunConfusion[],
  allLabels: readonly string[],
  lacking: number,
): LoggedDrawing {
  const shown = matrices.slice(0, maxMatrices)
  const labels = allLabels.slice(0, maxLabels)
  const boxes = labels.length === 0 ? [] : layOut(scene, shown.length, labels.length)
  for (const [index, box] of boxes.entries()) {
    const matrix = shown[index]
    if (matrix !== undefined) drawMatrix(scene, box, matrix, labels)
  }
  const leftOut = matrices.reduce((sum, { confusion }) => sum + confusion.leftOut, 0)
  return {
    notes: [
      ...(boxes.length > 0 ? [text('charts.note.confusion')] : []),
      ...(matrices.length > maxMatrices
        ? [text('charts.note.matrices', { shown: maxMatrices, count: matrices.length })]
        : []),
      ...(allLabels.length > maxLabels
        ? [text('charts.note.labels', { shown: maxLabels, count: allLabels.length })]
        : []),
      ...(leftOut > 0 ? [text('charts.note.leftOutRows', { count: leftOut })] : []),
      ...(lacking > 0 ? [text('charts.note.lackColumns', { count: lacking })] : []),
    ],
    find({ x, y }) {
      for (const [index, { left, top, cell }] of boxes.entries()) {
        const matrix = shown[index]
        const truth = labels[Math.floor((y - top) / cell)]
        const predicted = labels[Math.floor((x - left) / cell)]
        if (matrix !== undefined && truth !== undefined && predicted !== undefined) {
          return { title: matrix.run.name, rows: describeCell(matrix.confusion, truth, predicted) }
        }
      }
      return undefined
    },
  }
}

function describeCell(confusion: Confusion, truth: string, predicted: string) {
  const count = countOf(confusion, truth, predicted)
  const ofTruth = [...(confusion.counts.get(truth)?.values() ?? [])].reduce((sum, value) => sum + value, 0)
  const row = (name: string, value: string) => ({ color: 'transparent', name, value, isNearest: false })
  return [
    row(text('charts.confusion.truth'), truth),
    row(text('charts.confusion.predicted'), predicted),
    row(text('charts.confusion.count'), `${toNumberText(count)} (${toShare(count, ofTruth)})`),
  ]
}

/** Squares as large as they can be, in as many columns as that takes. */
function layOut({ area }: LoggedScene, matrixCount: number, labelCount: number): Box[] {
  const { left, top, right, bottom, ratio } = area.frame
  const room = { x: labelRoom * ratio, y: (titleHeight + fontRoom) * ratio }
  const cellIn = (columns: number) => {
    const rows = Math.ceil(matrixCount / columns)
    const width = (right - left - (columns - 1) * gap * ratio) / columns - room.x
    const height = (bottom - top - (rows - 1) * gap * ratio) / rows - room.y
    return Math.max(1, Math.floor(Math.min(width, height) / labelCount))
  }
  const choices = Array.from({ length: Math.max(1, matrixCount) }, (_, index) => index + 1)
  const columns = choices.reduce((best, next) => (cellIn(next) > cellIn(best) ? next : best), 1)
  const cell = cellIn(columns)
  const [width, height] = [room.x + cell * labelCount, room.y + cell * labelCount]
  const start = Math.max(left, (left + right - columns * width - (columns - 1) * gap * ratio) / 2)
  return Array.from({ length: matrixCount }, (_, index) => ({
    left: Math.round(start + (index % columns) * (width + gap * ratio) + room.x),
    top: Math.round(top + Math.floor(index / columns) * (height + gap * ratio) + titleHeight * ratio),
    cell,
  }))
}

function drawMatrix(
  { area, theme }: LoggedScene,
  box: Box,
  { run, confusion }: RunConfusion,
  labels: readonly string[],
): void {
  const { axes, data, frame } = area
  const { ratio } = frame
  const { left, top, cell } = box
  const size = cell * labels.length
  axes.font = `${axisFontSize * ratio}px ${theme.fontFamily}`
  axes.fillStyle = theme.text
  axes.textBaseline = 'middle'
  axes.textAlign = 'center'
  const share = toShare(confusion.correct, confusion.total)
  axes.fillText(`${run.name} · ${share}`, left + size / 2, top - (titleHeight / 2) * ratio, size + labelRoom * ratio)
  // Every so many labels, where there is no room for all.
  const every = Math.ceil((axisFontSize * 1.3 * ratio) / cell)
  const acrossEvery = Math.ceil((30 * ratio) / cell)
  for (const [index, label] of labels.entries()) {
    const middle = (index + 0.5) * cell
    axes.textAlign = 'end'
    if (index % every === 0) axes.fillText(label, left - 5 * ratio, top + middle, (labelRoom - 8) * ratio)
    axes.textAlign = 'center'
    if (index % acrossEvery === 0) {
      axes.fillText(label, left + middle, top + size + 9 * ratio, acrossEvery * cell - 4 * ratio)
    }
  }
  axes.strokeStyle = theme.lines
  axes.lineWidth = ratio
  axes.strokeRect(left, top, size, size)
  data.font = axes.font
  data.textAlign = 'center'
  data.textBaseline = 'middle'
  for (const [row, truth] of labels.entries()) {
    const ofTruth = labels.reduce((sum, predicted) => sum + countOf(confusion, truth, predicted), 0)
    for (const [column, predicted] of labels.entries()) {
      const count = countOf(confusion, truth, predicted)
      const [x, y] = [left + column * cell, top + row * cell]
      data.globalAlpha = ofTruth === 0 ? 0 : (0.75 * count) / ofTruth
      data.fillStyle = run.color
      data.fillRect(x, y, cell, cell)
      data.globalAlpha = 1
      const words = toNumberText(count)
      if (cell < (axisFontSize + 4) * ratio || data.measureText(words).width > cell - 2 * ratio) continue
      data.fillStyle = theme.foreground
      data.fillText(words, x + cell / 2, y + cell / 2)
    }
  }
}
