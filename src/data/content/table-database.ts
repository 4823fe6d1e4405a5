import { DuckDBInstance, type Json } from '@duckdb/node-api'
import { quoteText } from './table-sql.ts'
import type { TableLimits } from './table-request.ts'

export type TableRow = Readonly<Record<string, Json>>

/** DuckDB in memory, which can do nothing but read the files it was opened for. */
export interface TableDatabase extends Disposable {
  run(sql: string): Promise<void>
  /** Rows by column; BIGINT and wider come as text. Results are small: counts, examples, names. */
  query(sql: string): Promise<readonly TableRow[]>
}

export interface DatabaseSetting {
  /** Absolute paths of the files that may be read. */
  readonly paths: readonly string[]
  readonly scratchFolder: string
  readonly limits: TableLimits
}

/**
 * Opens a database without any access to network, extensions, settings or other files.
 *
 * @see https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
 */
export async function openTableDatabase({ paths, scratchFolder, limits }: DatabaseSetting): Promise<TableDatabase> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryMb}MB`,
    temp_directory: scratchFolder,
    max_temp_directory_size: `${limits.scratchMb}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    preserve_insertion_order: 'true',
  })
  const connection = await instance.connect()
  await connection.run(`SET allowed_paths = [${paths.map(quoteText).join(', ')}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
  return {
    async run(sql) {
      await connection.run(sql)
    },
    async query(sql) {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson()
    },
    [Symbol.dispose]() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A count or another number of a row, however DuckDB gives it; null for no value and for none that is finite. */
export function numberOf(row: TableRow | undefined, name: string): number | null {
  const value = row?.[name]
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : null
}

export function countOf(row: TableRow | undefined, name: string): number {
  return numberOf(row, name) ?? 0
}

export function textOf(row: TableRow | undefined, name: string): string | null {
  const value = row?.[name]
  return value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
}
