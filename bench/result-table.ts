import type { Target, Unit } from './benchmark.ts'
import type { Result } from './result.ts'

const header = ['measure', 'ours', 'the peer’s', 'ratio', 'target', 'met'] as const
/** The words stand left, the figures right. */
const alignment = ['left', 'right', 'right', 'right', 'right', 'left'] as const

/** A table that reads well in a terminal and is one in Markdown. */
export function formatResults(results: readonly Result[]): string {
  const rows = [header, ...results.map(toCells)]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => toLine(row.map((cell, column) => pad(cell, column, widths[column] ?? 0))))
  const rule = toLine(widths.map((width, column) => '-'.repeat(width - 1) + (isRight(column) ? ':' : '-')))
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

function toCells({ measure, ours, peer, ratio, isMet }: Result): readonly string[] {
  return [
    measure.label,
    formatFigure(ours.median, measure.unit),
    peer === undefined ? '' : formatFigure(peer.median, measure.unit),
    ratio === undefined ? '' : `${formatNumber(ratio)}×`,
    formatTarget(measure.target, measure.unit),
    isMet === undefined ? '' : isMet ? 'yes' : 'NO',
  ]
}

function formatTarget(target: Target | undefined, unit: Unit): string {
  if (target === undefined) return ''
  return 'atMost' in target ? `≤ ${formatFigure(target.atMost, unit)}` : `≥ ${target.timesPeer}×`
}

function formatFigure(value: number, unit: Unit): string {
  return `${formatNumber(value)} ${unit}`
}

/** Three digits that count; more of them would be noise. */
function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(3).replace(/\.0+$/, '')
}

function pad(cell: string, column: number, width: number): string {
  return isRight(column) ? cell.padStart(width) : cell.padEnd(width)
}

function isRight(column: number): boolean {
  return alignment[column] === 'right'
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
