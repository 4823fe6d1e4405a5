import type { Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import { isSameColumn } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** The columns of what stands behind FROM. Of those with one name, whatever its capitals, DuckDB calls the second `name_1`. */
export async function describeTable(db: Duckdb, from: string): Promise<readonly ResultColumn[]> {
  return (await db.run(`SELECT * FROM ${from} LIMIT 0`)).columns
}

/**
 * A column by its name, whose capitals do not count.
 *
 * @param where the table is, for errors: `The table labels.csv`
 * @throws INVALID_PARAMETER_VALUE naming the columns there are
 */
export function findColumn(columns: readonly ResultColumn[], name: string, where: string): ResultColumn {
  const found = columns.find((column) => isSameColumn(column.name, name))
  if (found !== undefined) return found
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} has no column "${name}".`, {
    hint: `It has ${listNames(columns)}.`,
  })
}

export function listNames(columns: readonly ResultColumn[]): string {
  const names = columns.slice(0, 50).map(({ name }) => name)
  return columns.length === 0 ? 'none' : `${names.join(', ')}${columns.length > 50 ? ', …' : ''}`
}
