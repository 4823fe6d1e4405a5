import { basename, resolve } from 'node:path'
import type { TablePreview } from '../../protocol/data-diff.ts'
import { defineCliCommand } from '../command.ts'
import { parseCount } from '../parse-count.ts'
import { formatTable } from '../table.ts'
import { formatInteger } from '../../protocol/quantities.ts'
import { toJson } from '../text.ts'

const defaultRows = '20'

export default defineCliCommand({
  name: 'data preview',
  summary: 'Shows the first rows of a table, and what its columns hold.',
  details: 'Of CSV, TSV, JSON lines, Parquet and Arrow files. --json has distributions too.',
  example: 'runwright data preview data/people.csv',
  options: {
    rows: { type: 'string', value: 'N', summary: `So many rows, at most 1000. Default: ${defaultRows}` },
  },
  operands: { usage: 'FILE', min: 1, max: 1 },
  async run(context, { options, operands: [given = ''], json }) {
    const { previewTable } = await import('../../data/table-preview.ts')
    const rows = parseCount('data preview', 'rows', options.rows ?? defaultRows)
    const path = resolve(context.cwd, given)
    const preview = await previewTable({ name: basename(path), path }, rows, context)
    context.stdout.write(json ? toJson(preview) : formatPreview(preview, context.stdout.columns))
  },
})

function formatPreview({ rowCount, columns, rows, notes }: TablePreview, width: number | undefined): string {
  const statistics = formatTable(
    [{ title: 'COLUMN' }, { title: 'TYPE' }, { title: 'EMPTY', align: 'right' }, { title: 'MIN' }, { title: 'MAX' }],
    columns.map(({ name, type, nullCount, min, max }) => [
      name,
      type,
      formatInteger(nullCount),
      String(min ?? ''),
      String(max ?? ''),
    ]),
    width,
  )
  const table = formatTable(
    columns.map(({ name }) => ({ title: name })),
    rows.map((row) => row.map((cell) => cell ?? '')),
    width,
  )
  const counted = `${formatInteger(rowCount)} rows, ${formatInteger(columns.length)} columns`
  return [counted, '', statistics, table, ...notes.map((note) => `${note}\n`)].join('\n')
}
