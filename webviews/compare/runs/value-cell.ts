import { inferGoal } from '../../../src/protocol/headline-metric.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import type { RunPlace } from '../../../src/protocol/webview-messages.ts'
import type { GridCell } from '../../shared/grid/grid-rows.ts'
import { text } from '../../shared/texts.ts'
import { formatCell, formatNumber } from './cell-text.ts'
import { formatExactNumber } from '../../shared/exact-number.ts'
import type { GroupSummary, LineCell } from './table-model.ts'

interface Drawn {
  readonly text: string
  readonly title: string
  readonly className: string
}

/** `untold` where the place of the runs does not tell such values. */
type ShownValue = LineCell | 'untold'

/** An MLflow server comes with the last value of each metric, and with no other. */
export function isTold(column: TableColumn, place: RunPlace): boolean {
  return place === 'folder' || column.kind !== 'metric' || column.aggregate === 'last'
}

/** Draws a value, and touches the page only where it differs from what the cell showed before. */
export function drawValueCell(
  cell: GridCell,
  column: TableColumn,
  value: ShownValue,
  best: number | undefined,
  now: number,
): void {
  const next = describe(column, value, best, now)
  // SAFETY: nothing else is kept with cells of these columns.
  const shown = cell.drawn as Drawn | undefined
  if (shown?.className !== next.className) cell.element.className = next.className
  if (shown?.text !== next.text) cell.element.textContent = next.text
  cell.drawn = next
}

/** What the cell says when pointed at. */
export function describeValue(column: TableColumn, value: ShownValue, best: number | undefined, now: number): string {
  return describe(column, value, best, now).title
}

export function isNumericColumn(column: TableColumn): boolean {
  return column.kind === 'metric' || (column.kind === 'attribute' && column.key === 'duration')
}

function describe(column: TableColumn, value: ShownValue, best: number | undefined, now: number): Drawn {
  const className = `grid-cell ${isNumericColumn(column) ? 'number' : 'text'}`
  if (value === 'loading') return { text: '', title: '', className: `${className} loading` }
  if (value === 'untold') return { text: '?', title: text('runs.lastOnly'), className: `${className} untold` }
  if ('mean' in value) return { ...summarize(column, value), className }
  const cell = formatCell(column, value.value, now)
  if (best === undefined || value.value !== best) return { ...cell, className }
  return { text: cell.text, title: text('runs.bestValue', { value: cell.title }), className: `${className} best` }
}

function summarize(column: TableColumn, value: GroupSummary): { text: string; title: string } {
  const short = (number: number) => formatNumber(Number(number.toPrecision(4)))
  const { mean, deviation, min, max, count } = value
  const isGreaterBetter = column.kind === 'metric' && inferGoal(column.key) === 'maximize'
  const summary = `${short(mean)} ± ${short(Number(deviation.toPrecision(2)))}`
  return {
    text: text('runs.bestOf', { summary, best: short(isGreaterBetter ? max : min) }),
    title: text('runs.summary', {
      mean: formatExactNumber(mean),
      deviation: formatExactNumber(deviation),
      min: formatExactNumber(min),
      max: formatExactNumber(max),
      count,
    }),
  }
}
