import type { ValueCounts, TableFormat, TablePreview } from '../../protocol/data-diff.ts'
import { countOf, type TableDatabase, textOf } from './table-database.ts'
import { toStatistics } from './table-columns.ts'
import { readDistribution } from './table-distribution.ts'
import type { OpenTable } from './table-open.ts'
import { readMoments } from './table-statistics.ts'
import { cutText, familyOf, quoteName, shownText, type TableColumn } from './table-sql.ts'

const maxColumns = 200
/** Tables of so many rows have their distinct values counted one by one. */
const maxExactRows = 100_000

/** The first rows of a table, and what each of its first columns holds. */
export async function readPreview(
  database: TableDatabase,
  format: TableFormat,
  { relation, columns: all, rowCount, notes }: OpenTable,
  shownRows: number,
): Promise<TablePreview> {
  const columns = all.slice(0, maxColumns)
  const cells = columns.map(({ name }, index) => `${shownText(quoteName(name))} AS c${index}`)
  const rows = await database.query(`SELECT ${cells.join(', ')} FROM ${relation} LIMIT ${shownRows}`)
  const moments = await readMoments(database, relation, columns)
  const distinct = await countDistinct(database, relation, columns, rowCount)
  const described: TablePreview['columns'][number][] = []
  for (const [index, column] of columns.entries()) {
    const own = moments[index]
    if (own === undefined) continue
    const counted = await readDistribution(
      database,
      column,
      { terms: [{ relation, sign: 1 }], moments: own },
      undefined,
    )
    const distribution = toOneSided(counted.distribution)
    described.push({
      name: cutText(column.name),
      ...toStatistics(column.type, own, counted.oldDistinct ?? distinct[index] ?? null),
      ...(distribution && { distribution }),
    })
  }
  const cut = all.length > maxColumns ? [`The first ${maxColumns} of ${all.length} columns are shown.`] : []
  return {
    format,
    rowCount,
    columnCount: all.length,
    columns: described,
    rows: rows.map((row) => columns.map((_, index) => textOf(row, `c${index}`))),
    notes: [...notes, ...cut],
  }
}

/** Null for what is not counted. DuckDB's estimate may be a fifth off, and costs a fraction of the count. */
async function countDistinct(
  database: TableDatabase,
  relation: string,
  columns: readonly TableColumn[],
  rowCount: number,
): Promise<readonly (number | null)[]> {
  const countOfValues = (column: string) =>
    rowCount <= maxExactRows ? `count(DISTINCT ${column})` : `approx_count_distinct(${column})`
  const counts = columns.flatMap(({ name, type }, index) =>
    familyOf(type) === 'other' ? [] : [`${countOfValues(quoteName(name))} AS d${index}`],
  )
  const [row] = counts.length === 0 ? [] : await database.query(`SELECT ${counts.join(', ')} FROM ${relation}`)
  return columns.map(({ type }, index) => (familyOf(type) === 'other' ? null : countOf(row, `d${index}`)))
}

function toOneSided(
  distribution: Awaited<ReturnType<typeof readDistribution>>['distribution'],
): ValueCounts | undefined {
  if (distribution === undefined) return undefined
  if (distribution.shape === 'histogram') {
    return { shape: 'histogram', edges: distribution.edges, counts: distribution.oldCounts }
  }
  const { values, oldCounts, oldOthers } = distribution
  return { shape: 'categories', values, counts: oldCounts, others: oldOthers }
}
