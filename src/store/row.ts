import type { SqlRow } from './database.ts'

/** @throws {TypeError} when the column is missing or holds something else, which is a fault in the statement */
export function getText(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`Column ${column} holds ${String(value)}, expected text.`)
  return value
}

/** @throws {TypeError} when the column is missing or holds something else, which is a fault in the statement */
export function getNumber(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`Column ${column} holds ${String(value)}, expected a number.`)
  return value
}

/** Undefined for null. */
export function findText(row: SqlRow, column: string): string | undefined {
  return row[column] === null ? undefined : getText(row, column)
}

/** Undefined for null. */
export function findNumber(row: SqlRow, column: string): number | undefined {
  return row[column] === null ? undefined : getNumber(row, column)
}
