import type { ExperimentId } from '../../protocol/ids.ts'
import type { Methods } from '../../protocol/methods.ts'
import { type ColumnStatistics, isPointColumn, type TableColumn } from '../../protocol/run-table.ts'
import { castJsonNumber, toJsonNumber, truncate } from '../../store/dialect.ts'
import type { Sql } from '../../store/database.ts'
import { findNumber, getNumber } from '../../store/row.ts'
import { toExperimentRowId } from '../experiment-rows.ts'
import { createCondition, listRunIds, type RunQuery } from '../run-search.ts'
import type { Fragment } from '../search-condition.ts'
import { findIndex, isNumeric, type StoredColumn, toExpression } from './columns.ts'
import { loadPointCells } from './point-cells.ts'
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
  const search = { filter: await parseQueryFilter(sql, query), ...(view === undefined ? {} : { view }) }
  const statistics: ColumnStatistics[] = []
  for (const column of columns) statistics.push(await loadColumnStatistics(sql, column, experimentIds, search))
  return { columns: statistics }
}

async function loadColumnStatistics(
  sql: Sql,
  column: TableColumn,
  experimentIds: readonly ExperimentId[],
  search: Pick<RunQuery, 'filter' | 'view'>,
): Promise<ColumnStatistics> {
  if (isPointColumn(column)) {
    const ids = await listRunIds(sql, experimentIds, { ...search, orderBy: [] })
    const cells = await loadPointCells(sql, ids, column)
    return loadNumberStatistics(sql, {
      text: `select ${castJsonNumber(sql.dialect, 'value')} as value from json_each(?)`,
      values: [`[${cells.map((cell) => toJsonNumber(sql.dialect, cell)).join(',')}]`],
    })
  }
  const found = selectValues(sql, column, experimentIds, search)
  if (isNumeric(column)) return loadNumberStatistics(sql, found)
  const rows = await sql.all(
    `select value, count(*) as count from (${found.text}) as found where value is not null
       group by value order by count(*) desc, value`,
    ...found.values,
  )
  const values = rows.map((row) => ({ value: String(row['value']), count: Number(row['count']) }))
  if (column.kind === 'param' && areNumbers(values)) return countNumbers(values)
  return {
    kind: 'texts',
    count: values.reduce((sum, { count }) => sum + count, 0),
    distinctCount: values.length,
    top: values.slice(0, topValues),
  }
}

/** The values of a column over all runs of a search: from an index alone, where one holds them. */
function selectValues(
  sql: Sql,
  column: StoredColumn,
  experimentIds: readonly ExperimentId[],
  search: Pick<RunQuery, 'filter' | 'view'>,
): Fragment {
  const index = findIndex(column)
  if (index !== undefined) {
    const where = createCondition(sql, experimentIds, search, { runRowId: 'm.run' })
    return {
      text: `select m.${index.value} as value from ${index.table} m
        where m.experiment in (select cast(value as bigint) from json_each(?)) and m.key = ? and ${where.text}`,
      values: [JSON.stringify(experimentIds.map(toExperimentRowId)), index.key, ...where.values],
    }
  }
  const { text, values } = toExpression(column)
  const where = createCondition(sql, experimentIds, search)
  return {
    text: `select ${text} as value from runs r where ${where.text}`,
    values: [...values, ...where.values],
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
  const finite = `value between ${-Number.MAX_VALUE} and ${Number.MAX_VALUE}`
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
    `${materialized} select ${truncate(sql.dialect, `(value - ?) * ${histogramParts} / ?`)} as part, count(*) as count
       from numbers where ${finite} group by 1`,
    ...numbers.values,
    min,
    max - min || 1,
  )
  for (const row of rows) {
    // The greatest value belongs to the last part.
    const part = Math.min(histogramParts - 1, getNumber(row, 'part'))
    histogram[part] = (histogram[part] ?? 0) + getNumber(row, 'count')
  }
  return { kind: 'numbers', count, min, max, histogram }
}
