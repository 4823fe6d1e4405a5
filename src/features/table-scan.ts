import { open } from 'node:fs/promises'
import type { Duckdb } from '../data/duckdb-process.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { commaList, quoteName, quoteText } from './sql-text.ts'

/** What tables are read from. */
export type TableFormat = WrittenFormat | 'arrow'
/** What they are written to. */
export type WrittenFormat = 'parquet' | 'csv' | 'jsonl'

const endings: readonly (readonly [RegExp, TableFormat])[] = [
  [/\.(arrow|arrows|ipc|feather)$/i, 'arrow'],
  [/\.parquet$/i, 'parquet'],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'csv'],
  [/\.(jsonl|ndjson|json)(\.gz|\.zst)?$/i, 'jsonl'],
]

/** What a file holds, by its ending; undefined where it holds no table. */
export function findTableFormat(path: string): TableFormat | undefined {
  return endings.find(([ending]) => ending.test(path))?.[1]
}

/** @throws INVALID_PARAMETER_VALUE for a file whose ending tells of no table */
export function tableFormat(path: string): TableFormat {
  const found = findTableFormat(path)
  if (found !== undefined) return found
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `What is in ${path} is not told by its ending.`, {
    hint: 'Tables are .parquet, .arrow, .feather, .csv, .tsv, .jsonl or .ndjson; text may be compressed, as .csv.gz.',
  })
}

/** @throws INVALID_PARAMETER_VALUE for a file whose ending tells of no table that is written */
export function writtenFormat(path: string): WrittenFormat {
  const found = tableFormat(path)
  if (found !== 'arrow') return found
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is not written: Arrow files are only read.`, {
    hint: 'Write a .parquet, which has the same types.',
  })
}

/** What a file without an ending holds, by how it begins: a script writes what it likes. */
export async function sniffTableFormat(path: string): Promise<TableFormat> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  const start = buffer.toString('utf8', 0, bytesRead)
  if (start.startsWith('PAR1')) return 'parquet'
  if (start.startsWith('ARROW1')) return 'arrow'
  return start.trimStart().startsWith('{') ? 'jsonl' : 'csv'
}

/**
 * The rows of files of one format, as `scanTable` gives them. Arrow files are read once, into tables.
 *
 * @param name no other tables of the database are called so
 */
export async function openScan(
  db: Duckdb,
  format: TableFormat,
  paths: readonly string[],
  name: string,
): Promise<string> {
  if (format !== 'arrow') return scanTable(format, paths)
  const tables: string[] = []
  for (const [index, path] of paths.entries()) {
    const table = `${name}, file ${index + 1}`
    await db.loadArrow(path, table)
    tables.push(`FROM ${quoteName(table)}`)
  }
  return `(${tables.join(' UNION ALL BY NAME ')})`
}

/**
 * The rows of files of one format, as a FROM of DuckDB has them: in the order of the files and of their lines. Columns
 * are known by their names; the type of a column of text is told by all of its values.
 *
 * @param paths absolute, one or more
 */
export function scanTable(format: WrittenFormat, paths: readonly string[]): string {
  const files = `[${commaList(paths.map(quoteText))}]`
  switch (format) {
    case 'parquet':
      return `read_parquet(${files}, union_by_name = true, hive_partitioning = false)`
    case 'csv':
      return `read_csv(${files}, header = true, sample_size = -1, union_by_name = true, hive_partitioning = false)`
    case 'jsonl':
      return `read_json(${files}, format = 'newline_delimited', sample_size = -1, union_by_name = true, hive_partitioning = false)`
  }
}

const copyOptions = {
  parquet: 'FORMAT parquet, COMPRESSION zstd',
  csv: 'FORMAT csv, HEADER true',
  jsonl: 'FORMAT json',
} as const

/**
 * The statement that writes a file.
 *
 * @param path absolute; it must not be there
 * @param notes kept in the metadata of a Parquet file, by their key
 */
export function copyTable(
  select: string,
  path: string,
  format: WrittenFormat,
  notes: Readonly<Record<string, string>> = {},
): string {
  const pairs = Object.entries(notes).map(([key, value]) => `${quoteText(key)}: ${quoteText(value)}`)
  const metadata = format === 'parquet' && pairs.length > 0 ? `, KV_METADATA {${commaList(pairs)}}` : ''
  return `COPY (${select}) TO ${quoteText(path)} (${copyOptions[format]}${metadata})`
}
