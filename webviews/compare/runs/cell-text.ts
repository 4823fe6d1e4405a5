import { tagNames } from '../../../src/protocol/tag-names.ts'
import type { RunAttribute, TableColumn } from '../../../src/protocol/run-table.ts'
import { text } from '../../shared/texts.ts'

/** What a cell shows, and what it says when pointed at: the exact value. */
export interface CellText {
  readonly text: string
  readonly title: string
}

const emptyCell: CellText = { text: '', title: '' }

const isTime = (key: RunAttribute) => key === 'start_time' || key === 'end_time'

/** @param now milliseconds since 1970, for times that are told as an age */
export function formatCell(column: TableColumn, value: string | number | undefined, now: number): CellText {
  if (value === undefined) return emptyCell
  if (typeof value === 'string') {
    const isCommit = column.kind === 'tag' && column.key === tagNames.gitCommit
    return { text: isCommit ? value.slice(0, commitLength) : shorten(value), title: value }
  }
  if (column.kind === 'attribute') {
    if (isTime(column.key)) return { text: formatAge(value, now), title: formatTime(value) }
    if (column.key === 'duration')
      return { text: formatDuration(value), title: text('runs.duration.ms', { count: value }) }
  }
  return { text: formatNumber(value), title: formatExactNumber(value) }
}

/** As much of a commit as git itself shows. */
const commitLength = 10

/** No cell shows more than a few hundred characters, and laying out a novel takes its time. */
const maxShownLength = 400

function shorten(value: string): string {
  const line = value.length > maxShownLength ? `${value.slice(0, maxShownLength)}…` : value
  return line.replaceAll('\n', ' ')
}

export function formatExactNumber(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
}

/** Up to six significant digits without trailing zeros; integers below a billion whole; exponents beyond. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatExactNumber(value)
  const magnitude = Math.abs(value)
  if (Number.isInteger(value) && magnitude < 1e9) return withMinus(String(value))
  if (magnitude >= 1e9 || magnitude < 1e-4) {
    return withMinus(
      value
        .toExponential(5)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e'),
    )
  }
  return withMinus(String(Number(value.toPrecision(6))))
}

/** The minus sign is as wide as a digit, a hyphen is not. */
function withMinus(written: string): string {
  return written.replaceAll('-', '−')
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago: `now`, `4 min`, `3 h`, `12 d`, then the date. */
export function formatAge(time: number, now: number): string {
  const ageMs = now - time
  if (ageMs < minuteMs) return text('runs.age.now')
  if (ageMs < hourMs) return text('runs.age.minutes', { count: Math.floor(ageMs / minuteMs) })
  if (ageMs < dayMs) return text('runs.age.hours', { count: Math.floor(ageMs / hourMs) })
  if (ageMs < 30 * dayMs) return text('runs.age.days', { count: Math.floor(ageMs / dayMs) })
  return formatTime(time).slice(0, 10)
}

/** Local time to the second: `2026-03-01 09:05:59`. */
export function formatTime(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return formatExactNumber(time)
  return new Date(time - date.getTimezoneOffset() * minuteMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** A duration as its two largest units: `850 ms`, `42.5 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return formatExactNumber(durationMs)
  if (durationMs < secondMs) return text('runs.duration.ms', { count: Math.round(durationMs) })
  if (durationMs < minuteMs) return text('runs.duration.s', { count: Math.floor(durationMs / 100) / 10 })
  const units = [
    ['min', minuteMs, 's', secondMs],
    ['h', hourMs, 'min', minuteMs],
    ['d', dayMs, 'h', hourMs],
  ] as const
  const [large, largeMs, small, smallMs] = units.findLast(([, sizeMs]) => durationMs >= sizeMs) ?? units[0]
  const larges = text(`runs.duration.${large}`, { count: Math.floor(durationMs / largeMs) })
  return `${larges} ${text(`runs.duration.${small}`, { count: Math.floor((durationMs % largeMs) / smallMs) })}`
}
