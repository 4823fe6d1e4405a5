import { DuckDBInstance } from '@duckdb/node-api'
import { quoteText } from './table-sql.ts'

/** Writes what a query gives to a file, in a format of DuckDB's COPY, for tests. */
export async function writeTable(path: string, query: string, options: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    await connection.run(`COPY (${query}) TO ${quoteText(path)} (${options})`)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
