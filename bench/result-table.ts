import { medianWithInterval } from '../src/compress/measure/median-interval.ts'
import type { Measure, Target, Unit } from './benchmark.ts'
import type { Figures, Result } from './result.ts'

/** A table that reads well in a terminal and is one in Markdown. */
export function formatResults(results: readonly Result[]): string {
  const names = [...new Set(results.flatMap(({ peers }) => Object.keys(peers ?? {})))]
  const peerColumns = names.length === 0 ? ['the peer’s'] : names
  const hasPeer = results.some(({ ratio }) => ratio !== undefined)
  const hasInterval = results.some(({ measure }) => measure.interval === true)
  const shown = { names, hasPeer: hasPeer || !hasInterval, hasInterval }
  const header = [
    'measure',
    'ours',
    ...(hasInterval ? ['95 % interval'] : []),
    ...(shown.hasPeer ? [...peerColumns, 'ratio'] : []),
    'target',
    'met',
  ]
  const rows = [header, ...results.map((result) => toCells(result, shown))]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  // The words stand left, the figures right.
  const isRight = (column: number) => column > 0 && column < header.length - 1
  const pad = (cell: string, column: number) =>
    isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  const lines = rows.map((row) => toLine(row.map(pad)))
  const rule = toLine(widths.map((width, column) => '-'.repeat(width - 1) + (isRight(column) ? ':' : '-')))
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

/** Which columns there are. */
interface Shown {
  /** Of peers. */
  readonly names: readonly string[]
  readonly hasPeer: boolean
  readonly hasInterval: boolean
}

function toCells(
  { measure, ours, peer, peers, ratio, isMet }: Result,
  { names, hasPeer, hasInterval }: Shown,
): readonly string[] {
  const others = names.length === 0 ? [peer] : names.map((name) => peers?.[name])
  const ofPeers = others.map((figures) => (figures === undefined ? '' : formatFigure(figures.median, measure.unit)))
  return [
    measure.label,
    formatFigure(ours.median, measure.unit),
    ...(hasInterval ? [formatInterval(measure, ours)] : []),
    ...(hasPeer ? [...ofPeers, ratio === undefined ? '' : `${formatNumber(ratio)}×`] : []),
    formatTarget(measure.target, measure.unit),
    isMet === undefined ? '' : isMet ? 'yes' : 'NO',
  ]
}

/** Where the median lies with 95 % confidence. */
function formatInterval({ interval, unit }: Measure, { samples }: Figures): string {
  const [low, high] = (interval === true ? medianWithInterval(samples).interval : undefined) ?? []
  return low === undefined || high === undefined ? '' : `${formatNumber(low)} to ${formatFigure(high, unit)}`
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

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
