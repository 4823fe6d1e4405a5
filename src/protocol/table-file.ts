import { parseDelimited } from '../base/parse-delimited.ts'
import { RunwrightError } from './errors.ts'
import { isRecord, parseForeignJson } from './json.ts'
import type { LoggedColumn, LoggedTable } from './logged-table.ts'

/** Which part of a table is wanted. */
export interface TablePart {
  /** By name; default: all. */
  readonly columns?: readonly string[]
  readonly offset: number
  readonly limit: number
}

interface RawColumn {
  readonly name: string
  readonly values: readonly unknown[]
}

/**
 * Reads a table as `mlflow.log_table` writes it, JSON in pandas' orientation `split`, or CSV or TSV with a header.
 *
 * @throws INVALID_PARAMETER_VALUE when the file is no such table, NOT_IMPLEMENTED for Parquet
 */
export function parseTableFile(path: string, text: string, part: TablePart): LoggedTable {
  const raw = readColumns(path, text)
  const kinds = raw.map(({ values }) => findKind(values))
  const wanted = part.columns && new Set(part.columns)
  return {
    names: raw.map(({ name }, index) => ({ name, kind: kinds[index] ?? 'text' })),
    columns: raw.flatMap(({ name, values }, index) =>
      wanted === undefined || wanted.has(name)
        ? [toColumn(name, kinds[index] ?? 'text', values.slice(part.offset, part.offset + part.limit))]
        : [],
    ),
    rowCount: raw[0]?.values.length ?? 0,
  }
}

/** Whether the name alone says that the file cannot be read as a table. @throws NOT_IMPLEMENTED */
export function checkTablePath(path: string): void {
  if (!path.toLowerCase().endsWith('.parquet')) return
  throw new RunwrightError('NOT_IMPLEMENTED', `The table '${path}' is a Parquet file.`, {
    hint: 'Log it as JSON, by a name that ends in .json, to see it here.',
  })
}

function readColumns(path: string, text: string): RawColumn[] {
  const name = path.toLowerCase()
  checkTablePath(path)
  if (name.endsWith('.csv') || name.endsWith('.tsv')) {
    const [header = [], ...rows] = parseDelimited(text, name.endsWith('.tsv') ? '\t' : ',')
    return turnRows(header, rows, toNumberOrText)
  }
  const value = parseForeignJson(text)
  if (!isRecord(value) || !Array.isArray(value['columns']) || !Array.isArray(value['data'])) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `'${path}' is not a table.`, {
      hint: 'Tables are what mlflow.log_table writes, and CSV files.',
    })
  }
  const rows = value['data'].map((row: unknown) => (Array.isArray(row) ? row : [row]))
  return turnRows(value['columns'].map(toName), rows, (cell) => cell)
}

/** Names of pandas' columns may be numbers, or lists of several levels. */
function toName(name: unknown): string {
  return Array.isArray(name) ? name.map(String).join(' / ') : String(name)
}

function turnRows(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  read: (cell: unknown) => unknown,
): RawColumn[] {
  return names.map((name, index) => ({ name, values: rows.map((row) => read(row[index] ?? null)) }))
}

/** Cells of CSV files are texts; those of numbers are numbers. */
function toNumberOrText(cell: unknown): unknown {
  if (typeof cell !== 'string' || cell === '') return null
  const word = /^\s*([+-]?)(nan|inf(?:inity)?)\s*$/i.exec(cell)
  if (word !== null) return word[2]?.toLowerCase() === 'nan' ? Number.NaN : word[1] === '-' ? -Infinity : Infinity
  return cell.trim() !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell
}

function findKind(values: readonly unknown[]): LoggedColumn['kind'] {
  const present = values.filter((value) => value !== null)
  if (present.length > 0 && present.every((value) => typeof value === 'number')) return 'number'
  if (present.length > 0 && present.every((value) => findImage(value) !== undefined)) return 'image'
  return 'text'
}

/** `log_table` stores an image beside the table, and where it is in the cell. */
function findImage(value: unknown): string | undefined {
  const { type, filepath } = isRecord(value) ? value : {}
  return type === 'image' && typeof filepath === 'string' ? filepath : undefined
}

function toColumn(name: string, kind: LoggedColumn['kind'], values: readonly unknown[]): LoggedColumn {
  switch (kind) {
    case 'number':
      return {
        kind,
        name,
        values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
      }
    case 'image':
      return { kind, name, values: values.map((value) => findImage(value) ?? null) }
    case 'text':
      return { kind, name, values: values.map(toText) }
  }
}

function toText(value: unknown): string | null {
  if (value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
