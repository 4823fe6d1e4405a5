import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import type { Sql } from '../database.ts'

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
      all: async (text, ...values) => prepare(text).all(...values),
      get: async (text, ...values) => prepare(text).get(...values),
      run: async (text, ...values) => Number(prepare(text).run(...values).changes),
    },
    exec: (text) => database.exec(text),
    isInTransaction: () => database.isTransaction,
    [Symbol.dispose]: () => database.close(),
  }
}

function keepStatements(database: DatabaseSync): (text: string) => StatementSync {
  const kept = new Map<string, StatementSync>()
  return (text) => {
    const found = kept.get(text)
    const statement = found ?? database.prepare(text)
    // A map keeps the order of insertion: taking out and putting in makes this text the newest.
    if (found !== undefined) kept.delete(text)
    kept.set(text, statement)
    const oldest = kept.keys().next().value
    if (kept.size > keptStatements && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}
