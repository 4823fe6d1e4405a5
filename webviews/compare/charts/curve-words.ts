import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { text } from '../../shared/texts.ts'
import type { ChartTable } from './chart-body.ts'
import { toColumnText } from './column-text.ts'
import type { CurveLine } from './curve-line.ts'
import type { Reading } from './curve-readout.ts'
import { isLogX, toPlaceText } from './curve-scales.ts'
import { findBest, findTrend, summarizeCurve, type SummarizedLine } from './curve-summary.ts'

/** A chart in a sentence or two, for those who cannot see it. */
export function describeCurves(lines: readonly CurveLine[], spec: CurveChartSpec): string {
  const { keys } = spec
  if (lines.length === 0) return text('charts.summary.empty', { metrics: keys.join(', ') })
  return keys
    .flatMap((key) => {
      const ofKey = summarizeAll(lines.filter((line) => line.key === key))
      return ofKey.length === 0 ? [] : [describeMetric(key, ofKey, spec)]
    })
    .join(' ')
}

/** What a drawing leaves out, in sentences. */
export function listCurveNotes(
  lines: readonly CurveLine[],
  spec: CurveChartSpec,
  { isClipped, isMissing }: { isClipped: boolean; isMissing: boolean },
): string[] {
  const isBelow = spec.logY && lines.some(({ strip }) => strip.mins.some((value) => value <= 0))
  const isBefore = isLogX(spec) && lines.some(({ strip }) => (strip.starts[0] ?? 1) <= 0)
  const { group } = spec
  const grouped = text(`charts.note.${group?.band ?? 'range'}`, {
    column: group === undefined ? '' : toColumnText(group.by),
  })
  return [
    ...(group === undefined ? [] : [grouped]),
    ...(isClipped ? [text('charts.note.clipped')] : []),
    ...(isBelow ? [text('charts.note.notPositive')] : []),
    ...(isBefore ? [text('charts.note.notPositiveX')] : []),
    ...(isMissing ? [text('charts.note.noRuns')] : []),
  ]
}

function summarizeAll(lines: readonly CurveLine[]): SummarizedLine[] {
  return lines.map((line) => ({ line, summary: summarizeCurve(line.strip, inferGoal(line.key)) }))
}

function describeMetric(key: string, lines: readonly SummarizedLine[], spec: CurveChartSpec): string {
  const best = findBest(lines, inferGoal(key))
  const count = lines.length
  if (best === undefined) return text('charts.summary.noNumbers', { metric: key, count })
  const lasts = lines.map(({ summary }) => summary.last).filter((value) => Number.isFinite(value))
  return text(count === 1 ? 'charts.summary.one' : 'charts.summary.many', {
    metric: key,
    count,
    name: best.line.run.name,
    best: toNumberText(best.summary.best),
    place: toBestPlace(best, spec),
    least: toNumberText(lasts.reduce((least, value) => Math.min(least, value), Infinity)),
    greatest: toNumberText(lasts.reduce((greatest, value) => Math.max(greatest, value), -Infinity)),
    trend: text(`charts.trend.${findTrend(lines)}`),
  })
}

/** Where the best value is; `≈` where it is somewhere in a stretch of points. */
function toBestPlace({ line: { strip }, summary: { bestIndex } }: SummarizedLine, spec: CurveChartSpec): string {
  const start = strip.starts[bestIndex]
  const end = strip.ends[bestIndex]
  if (start === undefined || end === undefined) return ''
  const isWhole = spec.xMetric === undefined
  const middle = isWhole ? Math.round((start + end) / 2) : (start + end) / 2
  const name = toPlaceText(spec, start === end ? start : middle)
  return start === end ? name : `≈ ${name}`
}

export function toCurveTable(lines: readonly CurveLine[], spec: CurveChartSpec): ChartTable {
  const header = ['run', 'metric', 'first', 'last', 'min', 'max', 'bestAt'] as const
  return {
    header: header.map((name) => text(`charts.table.${name}`)),
    rows: summarizeAll(lines).map((summarized) => {
      const { line, summary } = summarized
      const numbers = [summary.first, summary.last, summary.min, summary.max].map((value) =>
        Number.isNaN(value) ? '' : toNumberText(value),
      )
      return [line.run.name, line.key, ...numbers, toBestPlace(summarized, spec)]
    }),
  }
}

const spokenCount = 5

/** What the crosshair is at, in a line. */
export function describeReadings(readings: readonly Reading[], x: number, spec: CurveChartSpec): string {
  const { keys } = spec
  const place = toPlaceText(spec, x)
  const spoken = readings
    .slice(0, spokenCount)
    .map(({ line, value }) => `${nameOf(line, keys.length)} ${toNumberText(value)}`)
  const rest = readings.length - spoken.length
  const more = rest > 0 ? ` ${text('charts.more', { count: rest })}` : ''
  return `${place}: ${spoken.join(', ')}${more}`
}

/** The metric is named only where a chart has several. */
export function nameOf({ run, key }: CurveLine, keyCount: number): string {
  return keyCount > 1 ? `${run.name} · ${key}` : run.name
}
