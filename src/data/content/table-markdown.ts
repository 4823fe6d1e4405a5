import { formatValue, markdownTable } from '../../base/markdown-table.ts'
import type {
  ColumnDiff,
  ColumnStatistics,
  Distribution,
  RowDiff,
  RowExample,
  TableDiff,
} from '../../protocol/data-diff.ts'
import { formatCount, formatInteger } from '../../protocol/quantities.ts'
import { arrow, bulletList, code } from './markdown-words.ts'

const maxColumns = 50
/** Of each kind of change. */
const maxExamples = 8

export function formatTableDiff({ old, new: now, columns, rows, notes }: TableDiff, level: string): string {
  const shape = ({ rowCount, columnCount }: NonNullable<typeof old>) =>
    `${formatCount(rowCount, 'row')} × ${formatCount(columnCount, 'column')}`
  const schema = columns.filter(({ state }) => state !== 'kept')
  const parts = [
    `${arrow(old && shape(old), now && shape(now))}\n`,
    rows === undefined ? '' : `${formatRows(rows)}\n`,
    old === undefined || now === undefined || schema.length === 0 ? '' : `${level} Schema\n\n${formatSchema(schema)}`,
    columns.length === 0 ? '' : `${level} Columns\n\n${formatColumns(columns)}`,
    rows === undefined || rows.examples.length === 0 ? '' : `${level} Rows\n\n${formatExamples(rows.examples)}`,
    bulletList(notes),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function formatRows({ key, keyIs, added, removed, changed, unchanged }: RowDiff): string {
  const by = keyIs === 'none' ? 'by all values' : `by ${key.map(code).join(', ')}`
  const changes = keyIs === 'none' ? '' : `${formatInteger(changed)} changed, `
  return `Rows ${by}: ${formatInteger(added)} added, ${formatInteger(removed)} removed, ${changes}${formatInteger(unchanged)} unchanged`
}

function formatSchema(columns: readonly ColumnDiff[]): string {
  const rows = columns.map(({ name, state, old, new: now }) => [name, state, arrow(old?.type, now?.type)])
  return markdownTable(['Column', 'Change', 'Type'], rows.slice(0, maxColumns))
}

function formatColumns(columns: readonly ColumnDiff[]): string {
  const header = ['Column', 'Type', 'Changed', 'Nulls', 'Min', 'Mean', 'Max', 'Distribution']
  const rows = columns
    .slice(0, maxColumns)
    .map(({ name, old, new: now, changedCells, distribution }) => [
      name,
      arrow(old?.type, now?.type),
      changedCells === undefined ? '' : String(changedCells),
      both(old, now, ({ nullCount }) => String(nullCount)),
      both(old, now, ({ min }) => formatBound(min)),
      both(old, now, ({ mean }) => formatBound(mean)),
      both(old, now, ({ max }) => formatBound(max)),
      distribution === undefined ? '' : formatDistribution(distribution, old !== undefined, now !== undefined),
    ])
  const more = columns.length > maxColumns ? `\n${columns.length - maxColumns} more columns are not shown.\n` : ''
  return markdownTable(header, rows) + more
}

function both(
  old: ColumnStatistics | undefined,
  now: ColumnStatistics | undefined,
  read: (statistics: ColumnStatistics) => string,
): string {
  return arrow(old && read(old), now && read(now))
}

function formatBound(value: number | string | null): string {
  return value === null ? '' : typeof value === 'number' ? formatValue(value) : value
}

/** `▁▂▅█ → ▁▃▅█`, or the most frequent values with their counts. */
function formatDistribution(distribution: Distribution, hasOld: boolean, hasNew: boolean): string {
  const { oldCounts, newCounts } = distribution
  if (distribution.shape === 'histogram') {
    return arrow(hasOld ? bars(oldCounts) : undefined, hasNew ? bars(newCounts) : undefined)
  }
  return distribution.values
    .slice(0, 3)
    .map((value, index) => {
      const counts = arrow(
        hasOld ? String(oldCounts[index] ?? 0) : undefined,
        hasNew ? String(newCounts[index] ?? 0) : undefined,
      )
      return `${value.length > 20 ? `${value.slice(0, 20)}…` : value} ${counts}`
    })
    .join(', ')
}

const steps = '·▁▂▃▄▅▆▇█'

/** A bar for each count, as high as its share of the greatest; what is there at all is seen. */
function bars(counts: readonly number[]): string {
  const greatest = Math.max(1, ...counts)
  return counts.map((each) => steps[Math.ceil((each / greatest) * (steps.length - 1))]).join('')
}

function formatExamples(examples: readonly RowExample[]): string {
  const shownExamples = Map.groupBy(examples, ({ change }) => change)
    .values()
    .flatMap((each) => each.slice(0, maxExamples))
  const rows = [...shownExamples].map(({ change, cells }) => [
    change,
    cells
      .map(({ column, old, new: now }) => `${column}: ${arrow(shown(old), shown(now))}`)
      .slice(0, 8)
      .join('; '),
  ])
  return markdownTable(['Change', 'Row'], rows)
}

function shown(value: string | null | undefined): string | undefined {
  return value === null ? 'null' : value
}
