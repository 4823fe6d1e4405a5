import type { Methods } from '../../protocol/methods.ts'
import type { ColumnStatistics, TableColumn } from '../../protocol/run-table.ts'
import type { Sql, SqlValue } from '../../store/database.ts'
import { createCondition } from '../run-search.ts'
import type { Fragment } from '../search-condition.ts'
import { isNumeric, toExpression } from './columns.ts'
import { parseQueryFilter } from './rows.ts'

const histogramParts = 24

/** Values of a text column that are named with their number of runs. */
const topValues = 50

/** What the columns hold over all runs of the query. */
export async function loadStatistics(
  sql: Sql,
  { columns, ...query }: Methods['table/statistics']['params'],
): Promise<Methods['table/statistics']['result']> {
  const { experimentIds, view } = query
  const filter = await parseQueryFilter(sql, query)
  const where = createCondition(experimentIds, { filter, ...(view === undefined ? {} : { view }) })
  const statistics: ColumnStatistics[] = []
  for (const column of columns) statistics.push(await loadColumnStatistics(sql, column, where))
  return { columns: statistics }
}

async function loadColumnStatistics(sql: Sql, column: TableColumn, where: Fragment): Promise<ColumnStatistics> {
  const { text, values } = toExpression(column)
  const from = `from runs r join experiments e on e.id = r.experiment where ${where.text}`
  if (isNumeric(column)) {
    const rows = await sql.all(`select ${text} as value ${from}`, ...values, ...where.values)
    return summarizeNumbers(rows.map((row) => row['value'] ?? null))
  }
  const rows = await sql.all(
    `select value, count(*) as count from (select ${text} as value ${from}) where value is not null
       group by value order by count(*) desc, value`,
    ...values,
    ...where.values,
  )
  const found = rows.map((row) => ({ value: String(row['value']), count: Number(row['count']) }))
  return {
    kind: 'texts',
    count: found.reduce((sum, { count }) => sum + count, 0),
    distinctCount: found.length,
    top: found.slice(0, topValues),
  }
}

function summarizeNumbers(cells: readonly SqlValue[]): ColumnStatistics {
  const finite = cells.filter((cell) => typeof cell === 'number' && Number.isFinite(cell)).map(Number)
  const min = finite.reduce((least, number) => Math.min(least, number), Infinity)
  const max = finite.reduce((greatest, number) => Math.max(greatest, number), -Infinity)
  const histogram = new Uint32Array(histogramParts)
  for (const number of finite) {
    const part = max > min ? Math.floor(((number - min) / (max - min)) * histogramParts) : 0
    const index = Math.min(part, histogramParts - 1)
    histogram[index] = (histogram[index] ?? 0) + 1
  }
  return {
    kind: 'numbers',
    count: cells.filter((cell) => cell !== null).length,
    min: finite.length === 0 ? Number.NaN : min,
    max: finite.length === 0 ? Number.NaN : max,
    histogram,
  }
}
