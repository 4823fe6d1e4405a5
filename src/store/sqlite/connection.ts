import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import type { Sql, SqlRow, SqlValue } from '../database.ts'

/** One open handle on the database file. */
export interface Connection extends Disposable {
  /** For statements with values; each text is prepared once. */
  readonly sql: Sql
  /** For statements without values or rows: transactions, pragmas, schema. */
  exec(text: string): void
  /** False once SQLite has given up a transaction by itself, as it does on some failures of the disk. */
  isInTransaction(): boolean
}

/** Prepared statements kept per connection; the oldest goes first. A search with many filters makes its own text. */
const keptStatements = 256

export function openConnection(path: string, options: { busyTimeoutMs: number; readOnly?: boolean }): Connection {
  const { busyTimeoutMs, readOnly = false } = options
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true, readOnly })
  const prepare = keepStatements(database)
  return {
    // Asynchronous functions, so that what SQLite throws is a rejection like that of a database far away.
    sql: {
      dialect: 'sqlite',
      async all(text, ...values) {
        const { statement, columns } = prepare(text)
        return rowsOf(statement.all(...values), columns())
      },
      async get(text, ...values) {
        const { statement, columns } = prepare(text)
        const row = statement.get(...values)
        return row && rowsOf([row], columns())[0]
      },
      run: async (text, ...values) => Number(prepare(text).statement.run(...values).changes),
      async runForAll({ sqlite }, lists) {
        const { statement } = prepare(sqlite)
        for (const values of lists) statement.run(...values)
      },
    },
    exec: (text) => database.exec(text),
    isInTransaction: () => database.isTransaction,
    [Symbol.dispose]: () => database.close(),
  }
}

interface KeptStatement {
  readonly statement: StatementSync
  /** Names of the columns of its rows. */
  readonly columns: () => readonly string[]
}

/**
 * Rows come as arrays and become objects here: those that SQLite's module makes have no shape in common, which took
 * twice as long for many rows, and the collector as long again.
 */
function rowsOf(arrays: readonly unknown[], columns: readonly string[]): SqlRow[] {
  return arrays.map((array) => {
    // SAFETY: a statement that returns arrays gives an array of values for each row.
    const values = array as readonly SqlValue[]
    const row: SqlRow = {}
    for (let index = 0; index < columns.length; index++) row[columns[index] ?? ''] = values[index] ?? null
    return row
  })
}

function prepareRows(database: DatabaseSync, text: string): KeptStatement {
  const statement = database.prepare(text)
  statement.setReturnArrays(true)
  let names: readonly string[] | undefined
  return { statement, columns: () => (names ??= statement.columns().map(({ name }) => name)) }
}

function keepStatements(database: DatabaseSync): (text: string) => KeptStatement {
  const kept = new Map<string, KeptStatement>()
  let newest: { readonly text: string; readonly statement: KeptStatement } | undefined
  return (text) => {
    if (text === newest?.text) return newest.statement
    const found = kept.get(text)
    const statement = found ?? prepareRows(database, text)
    newest = { text, statement }
    // A map keeps the order of insertion: taking out and putting in makes this text the newest.
    if (found !== undefined) kept.delete(text)
    kept.set(text, statement)
    const oldest = kept.keys().next().value
    if (kept.size > keptStatements && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}
