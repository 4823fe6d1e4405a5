import type { Methods } from '../../protocol/methods.ts'
import type { ColumnStatistics, TableColumn } from '../../protocol/run-table.ts'
import type { Sql } from '../../store/database.ts'
import { findNumber, getNumber } from '../../store/row.ts'
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
  if (isNumeric(column))
    return loadNumberStatistics(sql, { text: `select ${text} as value ${from}`, values: [...values, ...where.values] })
  const rows = await sql.all(
    `select value, count(*) as count from (select ${text} as value ${from}) where value is not null
       group by value order by count(*) desc, value`,
    ...values,
    ...where.values,
  )
  const found = rows.map((row) => ({ value: String(row['value']), count: Number(row['count']) }))
  if (column.kind === 'param' && areNumbers(found)) return countNumbers(found)
  return {
    kind: 'texts',
    count: found.reduce((sum, { count }) => sum + count, 0),
    distinctCount: found.length,
    top: found.slice(0, topValues),
  }
}

/** Params are texts; where many differ and each is a number, they are looked at as numbers. */
const minNumbers = 12

type Counted = readonly { readonly value: string; readonly count: number }[]

function areNumbers(found: Counted): boolean {
  return found.length >= minNumbers && found.every(({ value }) => value.trim() !== '' && Number.isFinite(Number(value)))
}

function countNumbers(found: Counted): ColumnStatistics {
  const numbers = found.map(({ value }) => Number(value))
  const min = numbers.reduce((least, value) => Math.min(least, value), Infinity)
  const max = numbers.reduce((greatest, value) => Math.max(greatest, value), -Infinity)
  const histogram = new Uint32Array(histogramParts)
  for (const { value, count } of found) {
    const part = Math.floor(((Number(value) - min) * histogramParts) / (max - min || 1))
    const index = Math.min(histogramParts - 1, part)
    histogram[index] = (histogram[index] ?? 0) + count
  }
  return { kind: 'numbers', count: found.reduce((sum, { count }) => sum + count, 0), min, max, histogram }
}

/** Counted where the numbers are: a hundred thousand of them are not worth carrying over. */
async function loadNumberStatistics(sql: Sql, numbers: Fragment): Promise<ColumnStatistics> {
  // Without it SQLite looks a value up again wherever it is named.
  const materialized = `with numbers as materialized (${numbers.text})`
  const finite = "typeof(value) in ('real', 'integer') and abs(value) < 9e999"
  const extent = await sql.get(
    `${materialized} select count(value) as count, min(value) filter (where ${finite}) as min,
       max(value) filter (where ${finite}) as max from numbers`,
    ...numbers.values,
  )
  const count = getNumber(extent ?? {}, 'count')
  const min = findNumber(extent ?? { min: null }, 'min')
  const max = findNumber(extent ?? { max: null }, 'max')
  const histogram = new Uint32Array(histogramParts)
  if (min === undefined || max === undefined) {
    return { kind: 'numbers', count, min: Number.NaN, max: Number.NaN, histogram }
  }
  const rows = await sql.all(
    `${materialized} select min(cast((value - ?) * ${histogramParts} / ? as integer), ${histogramParts - 1}) as part, count(*) as count
       from numbers where ${finite} group by 1`,
    ...numbers.values,
    min,
    max - min || 1,
  )
  for (const row of rows) histogram[getNumber(row, 'part')] = getNumber(row, 'count')
  return { kind: 'numbers', count, min, max, histogram }
}
