import type { ExperimentId } from '../protocol/ids.ts'
import type { Sql, SqlRow, SqlValue } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { toExperimentRowId } from './experiment-rows.ts'
import type { Fragment } from './search-condition.ts'

/** The order of runs as SQL. */
export interface Order {
  readonly joins: Fragment
  /** Terms of an `order by`. */
  readonly text: string
}

/** What of a series runs are ordered by: its latest, least or greatest value. */
export type SeriesColumn = 'value' | 'min' | 'max'

/** What runs are ordered by, after what stands before it. */
export interface OrderTerm {
  /** Of the table that the term needs. */
  readonly join?: Fragment
  /** A term of an `order by`. */
  readonly text: string
  /** The term is a value of this metric. */
  readonly metric?: { readonly key: string; readonly column: SeriesColumn; readonly descending: boolean }
  readonly isStartTime?: boolean
}

export interface Page {
  readonly offset: number
  readonly limit: number
}

export interface MetricOrder {
  readonly metric: NonNullable<OrderTerm['metric']> & { readonly experimentId: ExperimentId }
  /** Restricts the runs whose id is `m.run`, without a look at them. */
  readonly ofSeries: Fragment
  /** Restricts the runs `r`. */
  readonly ofRuns: Fragment
  /** Orders those of one value. */
  readonly rest: Order
}

/**
 * The row ids of a page of an experiment's runs by a value of a metric: numbers first, then NaN, then runs without one.
 * Where the page begins and ends is found in the index by value alone, in which all values of the metric lie side by
 * side; only the runs of those values are looked at, however deep the page lies.
 */
export async function selectByMetric(sql: Sql, order: MetricOrder, { offset, limit }: Page): Promise<number[]> {
  const found: number[] = []
  let [skip, wanted] = [offset, limit]
  const take = (rows: readonly SqlRow[]) => {
    found.push(...rows.map((row) => getNumber(row, 'id')))
    wanted -= rows.length
    skip = 0
  }
  const stretch = await findStretch(sql, order, { offset: skip, limit: wanted })
  if (stretch === undefined) skip -= Math.min(skip, await countNumbers(sql, order))
  else if (stretch.hasTies) take(await selectStretch(sql, order, stretch, { offset: skip, limit: wanted }))
  else take(stretch.rows)
  for (const part of [selectNaN, selectMissing]) {
    if (wanted === 0) break
    const { rows, count } = await part(sql, order, { offset: skip, limit: wanted })
    if (rows.length > 0) take(rows)
    else skip -= Math.min(skip, await count())
  }
  return found
}

/** Where a page lies among the numbers. */
interface Stretch {
  /** Row ids of its runs; those of equal values are in no order. */
  readonly rows: readonly SqlRow[]
  readonly first: SqlValue
  readonly last: SqlValue
  /** Whether any two values are equal, one of the page and its neighbour outside included. */
  readonly hasTies: boolean
}

/** What is stored for NaN sorts after every number. */
function numbersOf({ metric: { key, column, experimentId }, ofSeries }: MetricOrder): Fragment {
  const isNumber = column === 'value' ? "m.value < 'NaN'" : `m.${column} is not null`
  return {
    text: `series m where m.experiment = ? and m.key = ? and ${isNumber} and ${ofSeries.text}`,
    values: [toExperimentRowId(experimentId), key, ...ofSeries.values],
  }
}

async function findStretch(sql: Sql, order: MetricOrder, { offset, limit }: Page): Promise<Stretch | undefined> {
  const { column, descending } = order.metric
  const { text, values } = numbersOf(order)
  const start = Math.max(0, offset - 1)
  const found = await sql.all(
    `select m.run as id, m.${column} as value from ${text}
       order by m.${column} ${descending ? 'desc' : 'asc'} limit ? offset ?`,
    ...values,
    offset - start + limit + 1,
    start,
  )
  const rows = found.slice(offset - start, offset - start + limit)
  const [first, last] = [rows[0]?.['value'], rows.at(-1)?.['value']]
  if (first === undefined || last === undefined) return undefined
  const hasTies = found.some((row, index) => index > 0 && row['value'] === found[index - 1]?.['value'])
  return { rows, first, last, hasTies }
}

/** All, or those that come before a value. */
async function countNumbers(sql: Sql, order: MetricOrder, before?: SqlValue): Promise<number> {
  const { column, descending } = order.metric
  const { text, values } = numbersOf(order)
  const condition = before === undefined ? '' : ` and m.${column} ${descending ? '>' : '<'} ?`
  const row = await sql.get(
    `select count(*) as count from ${text}${condition}`,
    ...values,
    ...(before === undefined ? [] : [before]),
  )
  return getNumber(row ?? {}, 'count')
}

/** The runs of all values between the first and the last are looked at, for what orders those of one value. */
async function selectStretch(sql: Sql, order: MetricOrder, { first, last }: Stretch, page: Page): Promise<SqlRow[]> {
  const { column, descending, key, experimentId } = order.metric
  const { rest, ofRuns } = order
  const before = page.offset === 0 ? 0 : await countNumbers(sql, order, first)
  const [least, greatest] = descending ? [last, first] : [first, last]
  // A cross join keeps its order, so that the index is read first.
  return sql.all(
    `select r.id from series m cross join runs r
       ${rest.joins.text}
       where r.id = m.run and m.experiment = ? and m.key = ? and m.${column} between ? and ? and ${ofRuns.text}
       order by m.${column} ${descending ? 'desc' : 'asc'}, ${rest.text} limit ? offset ?`,
    ...rest.joins.values,
    toExperimentRowId(experimentId),
    key,
    least,
    greatest,
    ...ofRuns.values,
    page.limit,
    page.offset - before,
  )
}

interface Part {
  readonly rows: readonly SqlRow[]
  /** Of the whole part. */
  count(): Promise<number>
}

function selectNaN(sql: Sql, order: MetricOrder, page: Page): Promise<Part> {
  const { key, column, experimentId } = order.metric
  const tables = 'series m cross join runs r'
  // The least and the greatest are of finite values, never NaN.
  const condition = `r.id = m.run and m.experiment = ? and m.key = ? and ${column === 'value' ? "m.value >= 'NaN'" : 'false'}`
  return selectPart(sql, order, page, { tables, condition, values: [toExperimentRowId(experimentId), key] })
}

function selectMissing(sql: Sql, order: MetricOrder, page: Page): Promise<Part> {
  const { key, column } = order.metric
  const tables = 'runs r'
  const condition = `not exists (select 1 from series m where m.run = r.id and m.key = ? and m.${column} is not null)`
  return selectPart(sql, order, page, { tables, condition, values: [key] })
}

async function selectPart(
  sql: Sql,
  { ofRuns, rest }: MetricOrder,
  { offset, limit }: Page,
  part: { readonly tables: string; readonly condition: string; readonly values: readonly SqlValue[] },
): Promise<Part> {
  const from = `${part.tables} ${rest.joins.text} where ${part.condition} and ${ofRuns.text}`
  const values = [...rest.joins.values, ...part.values, ...ofRuns.values]
  return {
    rows: await sql.all(`select r.id from ${from} order by ${rest.text} limit ? offset ?`, ...values, limit, offset),
    async count() {
      return getNumber((await sql.get(`select count(*) as count from ${from}`, ...values)) ?? {}, 'count')
    },
  }
}
