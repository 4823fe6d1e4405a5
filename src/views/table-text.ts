import type { ExportColumn, ExportTable } from './load-table.ts'

/**
 * The table as CSV: the first line names the columns, numbers keep every digit, times are ISO 8601 in UTC, and a missing
 * value is an empty cell.
 *
 * @see RFC 4180, with `\n` at the end of lines
 */
export async function* toCsv(table: ExportTable): AsyncGenerator<string> {
  yield `${table.columns.map(({ name }) => quoteCsv(name)).join(',')}\n`
  for await (const page of table.pages()) {
    const lines = Array.from({ length: page.rowCount }, (_, row) =>
      table.columns.map((column, place) => quoteCsv(write(column, page.cell(row, place)))).join(','),
    )
    if (lines.length > 0) yield `${lines.join('\n')}\n`
  }
}

function quoteCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function write({ type }: ExportColumn, value: string | number | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'number' && type === 'time' ? new Date(value).toISOString() : String(value)
}

/** The table as Markdown, with numbers as short as people compare them. */
export async function* toMarkdown(table: ExportTable, title: string): AsyncGenerator<string> {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |\n`
  yield `# ${escapeMarkdown(title)}\n\n`
  yield line(table.columns.map(({ name }) => name))
  yield `|${table.columns.map(({ type }) => (type === 'number' ? ' ---: |' : ' --- |')).join('')}\n`
  for await (const page of table.pages()) {
    for (let row = 0; row < page.rowCount; row += 1) {
      yield line(table.columns.map((column, place) => write(column, shorten(column, page.cell(row, place)))))
    }
  }
}

function shorten({ type }: ExportColumn, value: string | number | undefined): string | number | undefined {
  if (typeof value !== 'number' || type === 'time' || !Number.isFinite(value)) return value
  return Number(value.toPrecision(6))
}

/** Whatever was logged shows as it is, on one line. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*{}[\]<>|~#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
    .replaceAll(/\s*[\p{Cc}\p{Zl}\p{Zp}]+\s*/gu, ' ')
}
