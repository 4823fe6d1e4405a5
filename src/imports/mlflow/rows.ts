import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'

export type Row = Readonly<Record<string, SQLOutputValue>>

/** A database of MLflow's, and where `mlflow-artifacts:` leads to. */
export interface MlflowDatabase {
  readonly database: DatabaseSync
  readonly artifactFolder: string
}

/** Empty for null and for a column that this version of MLflow does not have. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  return value === null || value === undefined ? '' : String(value)
}

/** Undefined for null. */
export function numberOf(row: Row, column: string): number | undefined {
  const value = row[column]
  return typeof value === 'number' ? value : undefined
}

/** All rows of a short list; none where this version of MLflow does not have the table. */
export function listRows(database: DatabaseSync, table: string, text: string, ...values: readonly string[]): Row[] {
  if (!hasTable(database, table)) return []
  return database.prepare(text).all(...values)
}

function hasTable(database: DatabaseSync, table: string): boolean {
  return database.prepare('select 1 from sqlite_schema where name = ?').get(table) !== undefined
}
