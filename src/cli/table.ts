import { displayWidth, printable, truncate } from './text.ts'

export interface TableColumn {
  readonly title: string
  readonly align?: 'right'
  /** Never narrower than this many terminal columns when space is short; default: never narrowed. */
  readonly minWidth?: number
}

/**
 * A table for people: columns as wide as their content, two spaces between them. When it is wider than the terminal,
 * the columns that may shrink do so, widest first.
 *
 * @param width terminal columns; undefined for no limit
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))]
  const natural = columns.map((_, column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))))
  const widths = width === undefined ? natural : shrink(columns, natural, width)
  return cells
    .map((row) => {
      const line = columns.map((column, index) => pad(row[index] ?? '', widths[index] ?? 0, column.align))
      return `${line.join('  ').trimEnd()}\n`
    })
    .join('')
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const cut = truncate(text, width)
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return align === 'right' ? space + cut : cut + space
}

function shrink(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns.length - 1) - width
  const spare = (index: number) => {
    const min = columns[index]?.minWidth
    return min === undefined ? 0 : (widths[index] ?? 0) - min
  }
  while (excess > 0) {
    const widest = widths.map((_, index) => index).sort((a, b) => spare(b) - spare(a))[0]
    if (widest === undefined || spare(widest) <= 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess--
  }
  return widths
}
