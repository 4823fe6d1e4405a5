import { tagNames } from '../../../src/protocol/tag-names.ts'
import type { RunAttribute, TableColumn } from '../../../src/protocol/run-table.ts'
import { formatExactNumber } from '../../shared/exact-number.ts'
import { text } from '../../shared/texts.ts'
import { formatAge, formatDuration, formatTime } from '../../shared/time-text.ts'

/** What a cell shows, and what it says when pointed at: the exact value. */
export interface CellText {
  readonly text: string
  readonly title: string
}

const emptyCell: CellText = { text: '', title: '' }

const isTime = (key: RunAttribute) => key === 'start_time' || key === 'end_time'

/** Whether its numbers are moments, in milliseconds since 1970. */
export function isTimeColumn(column: TableColumn): boolean {
  return column.kind === 'attribute' && isTime(column.key)
}

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
