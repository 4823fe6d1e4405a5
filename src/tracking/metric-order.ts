import type { ExperimentId } from '../protocol/ids.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import type { Fragment } from './search-condition.ts'

/** The order of runs as SQL. */
export interface Order {
  readonly joins: Fragment
  /** Terms of an `order by`. */
  readonly text: string
}

/** What runs are ordered by, after what stands before it. */
export interface OrderTerm {
  /** Of the table that the term needs. */
  readonly join?: Fragment
  /** A term of an `order by`. */
  readonly text: string
  /** The term is the latest value of this metric. */
  readonly metric?: { readonly key: string; readonly descending: boolean }
  readonly isStartTime?: boolean
}

interface Page {
  readonly offset: number
  readonly limit: number
}

/**
 * A page of an experiment's runs by the latest value of a metric: numbers first, then NaN, then runs without one. The
 * index by value is read in its own order and only as far as the page, so that the first of 100,000 runs come as fast
 * as those of ten.
 *
 * @param rest restricts the runs, and orders those of one value
 */
export async function selectByMetric(
  sql: Sql,
  metric: { readonly key: string; readonly descending: boolean; readonly experimentId: ExperimentId },
  page: Page,
  rest: { readonly where: Fragment; readonly order: Order },
): Promise<readonly SqlRow[]> {
  const found: SqlRow[] = []
  let { offset, limit } = page
  for (const part of createParts(metric)) {
    const from = `${part.tables.text} ${rest.order.joins.text} where ${part.condition.text} and ${rest.where.text}`
    const values = [...part.tables.values, ...rest.order.joins.values, ...part.condition.values, ...rest.where.values]
    const order = part.order === '' ? rest.order.text : `${part.order}, ${rest.order.text}`
    const text = `select r.*, e.artifact_location from ${from} order by ${order} limit ? offset ?`
    const rows = await sql.all(text, ...values, limit, offset)
    found.push(...rows)
    limit -= rows.length
    if (limit === 0) break
    if (rows.length > 0 || offset === 0) offset = 0
    else offset -= await countRows(sql, from, values)
  }
  return found
}

async function countRows(sql: Sql, from: string, values: Fragment['values']): Promise<number> {
  return getNumber((await sql.get(`select count(*) as count from ${from}`, ...values)) ?? {}, 'count')
}

/** NaN is stored as text, and SQLite sorts every number before every text. */
function createParts({
  key,
  descending,
  experimentId,
}: Parameters<typeof selectByMetric>[1]): { tables: Fragment; condition: Fragment; order: string }[] {
  // A cross join keeps its order, so that the index is read first.
  const byValue = 'series m cross join runs r on r.id = m.run cross join experiments e on e.id = r.experiment'
  const ofMetric = { text: 'm.experiment = ? and m.key = ?', values: [Number(experimentId), key] }
  const withValue = (condition: string): { tables: Fragment; condition: Fragment } => ({
    tables: { text: byValue, values: [] },
    condition: { text: `${ofMetric.text} and ${condition}`, values: ofMetric.values },
  })
  return [
    { ...withValue("m.value < ''"), order: `m.value ${descending ? 'desc' : 'asc'}` },
    { ...withValue("m.value >= ''"), order: '' },
    {
      tables: { text: 'runs r join experiments e on e.id = r.experiment', values: [] },
      condition: { text: 'not exists (select 1 from series m where m.run = r.id and m.key = ?)', values: [key] },
      order: '',
    },
  ]
}
