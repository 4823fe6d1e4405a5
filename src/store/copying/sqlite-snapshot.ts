import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Migration } from '../database.ts'
import { openConnection } from '../sqlite/connection.ts'
import { checkOwner, checkVersion } from '../sqlite/migrate.ts'
import { quote, type SqliteValue } from './columns.ts'

/** A database file as it is at one moment, beside an engine that may be writing to it. Nothing in it is changed. */
export interface SqliteSnapshot extends Disposable {
  /** Columns of all tables of features, by the names of the tables. */
  readonly tables: ReadonlyMap<string, readonly string[]>
  countRows(table: string): number
  /** One row at a time, in the order of the columns that are named. */
  rows(table: string, columns: readonly string[]): Iterable<readonly SqliteValue[]>
  /** The last number that a table has given to a row and does not give again; 0 where it keeps no account. */
  lastNumber(table: string): number
  /** Whether somebody has written since the snapshot was taken. Ends it. */
  isBehind(): boolean
}

/**
 * @throws RESOURCE_DOES_NOT_EXIST; STORAGE_DAMAGED when it is none of ours, STORAGE_TOO_NEW; INVALID_STATE when it lacks
 *   a step of the schema
 */
export async function openSqliteSnapshot(path: string, migrations: readonly Migration[]): Promise<SqliteSnapshot> {
  if (!existsSync(path)) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no database ${path}.`)
  await checkSchema(path, migrations)
  using opened = new DisposableStack()
  const database = opened.adopt(new DatabaseSync(path, { readOnly: true, timeout: 5_000 }), (open) => open.close())
  const version = () => Number(database.prepare('pragma data_version').get()?.['data_version'])
  const before = version()
  database.exec('begin')
  const tables = new Map<string, readonly string[]>()
  const names = database.prepare(
    `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> 'migrations'`,
  )
  for (const { name } of names.all()) {
    const columns = database.prepare('select name from pragma_table_info(?)').all(String(name))
    tables.set(
      String(name),
      columns.map((column) => String(column['name'])),
    )
  }
  const handles = opened.move()
  return {
    tables,
    countRows: (table) => Number(database.prepare(`select count(*) as count from ${quote(table)}`).get()?.['count']),
    *rows(table, columns) {
      const statement = database.prepare(`select ${columns.map(quote).join(', ')} from ${quote(table)}`)
      statement.setReadBigInts(true)
      for (const row of statement.iterate()) yield columns.map((column) => row[column] ?? null)
    },
    lastNumber(table) {
      const kept = database.prepare(`select name from sqlite_schema where name = 'sqlite_sequence'`).get()
      if (kept === undefined) return 0
      return Number(database.prepare('select seq from sqlite_sequence where name = ?').get(table)?.['seq'] ?? 0)
    },
    isBehind() {
      database.exec('rollback')
      return version() !== before
    },
    [Symbol.dispose]: () => handles.dispose(),
  }
}

async function checkSchema(path: string, migrations: readonly Migration[]): Promise<void> {
  using connection = openConnection(path, { busyTimeoutMs: 5_000, readOnly: true })
  await checkOwner(connection, path)
  await checkVersion(connection, path, migrations)
  const applied = await connection.sql.all('select number from migrations').catch(() => [])
  if (applied.length === migrations.length) return
  throw new RunwrightError('INVALID_STATE', `${path} was written by an older version of Runwright.`, {
    hint: 'Start an engine or server of this version on it once, which brings it up to date; then migrate it.',
  })
}
