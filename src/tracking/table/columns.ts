import { isPointColumn, type PointColumn, type TableColumn, type TableOrder } from '../../protocol/run-table.ts'
import type { Dialect, SqlValue } from '../../store/database.ts'
import { castJsonNumber, castToReal, toJsonNumber } from '../../store/dialect.ts'
import type { OrderTerm } from '../metric-order.ts'
import { orderByLogged } from '../run-search.ts'
import { type Fragment, orderByColumn, orderByMetric } from '../search-condition.ts'

/** The datasets of run `r`, in the order they were logged. */
const datasets = `(select string_agg(d.name || ' (' || d.digest || ')', ', ' order by i.dataset) from inputs i
  join datasets d on d.id = i.dataset where i.run = r.id)`

const attributes = {
  run_name: 'r.name',
  status: 'r.status',
  start_time: 'r.start_time',
  end_time: 'r.end_time',
  duration: '(r.end_time - r.start_time)',
  user_id: 'r.user_id',
  run_id: 'r.run_id',
} as const

const numericAttributes = new Set(['start_time', 'end_time', 'duration'])

const seriesColumns = { last: 'value', min: 'min', max: 'max' } as const

export function isNumeric(column: TableColumn): boolean {
  return column.kind === 'metric' || (column.kind === 'attribute' && numericAttributes.has(column.key))
}

/** A column whose values stand in tables of their own, which SQL can sort by. */
export type StoredColumn = Exclude<TableColumn, PointColumn>

/** Where the values of a column lie side by side, each with its run; undefined where no index holds them. */
export function findIndex(column: StoredColumn): { table: string; value: string; key: string } | undefined {
  if (column.kind === 'param') return { table: 'params', value: 'value', key: column.key }
  if (column.kind !== 'metric') return undefined
  return { table: 'series', value: seriesColumns[column.aggregate], key: column.key }
}

/** The value of a column as an expression over run `r`; null where the run has none. */
export function toExpression(column: StoredColumn): Fragment {
  switch (column.kind) {
    case 'metric': {
      const value = seriesColumns[column.aggregate]
      return { text: `(select v.${value} from series v where v.run = r.id and v.key = ?)`, values: [column.key] }
    }
    case 'param':
      return { text: '(select v.value from params v where v.run = r.id and v.key = ?)', values: [column.key] }
    case 'tag':
      return { text: '(select v.value from tags v where v.run = r.id and v.key = ?)', values: [column.key] }
    case 'attribute':
      return { text: attributes[column.key], values: [] }
    case 'dataset':
      return { text: datasets, values: [] }
  }
}

/**
 * What a table is sorted by, as SQL.
 *
 * @param loadCells the values of a column that is not stored, by the row ids of runs
 */
export async function toOrderTerms(
  dialect: Dialect,
  order: readonly TableOrder[],
  loadCells: (column: PointColumn) => Promise<ReadonlyMap<number, SqlValue>>,
): Promise<OrderTerm[]> {
  const terms: OrderTerm[] = []
  for (const [index, { column, descending }] of order.entries()) {
    const alias = `o${index}`
    if (isPointColumn(column)) terms.push(orderByCells(dialect, await loadCells(column), descending, alias))
    else terms.push(orderByStored(dialect, column, descending, alias))
  }
  return terms
}

function orderByStored(dialect: Dialect, column: StoredColumn, descending: boolean, alias: string): OrderTerm {
  switch (column.kind) {
    case 'metric':
      return orderBySeries(column, descending, alias)
    case 'param':
      return orderByParam(dialect, column.key, descending, alias)
    case 'tag':
      return orderByLogged('tag', column.key, descending, alias)
    case 'attribute':
      return { text: orderByColumn(attributes[column.key], descending), isStartTime: column.key === 'start_time' }
    case 'dataset':
      return { text: orderByColumn(datasets, descending) }
  }
}

function orderBySeries(
  { key, aggregate }: StoredColumn & { kind: 'metric' },
  descending: boolean,
  alias: string,
): OrderTerm {
  if (aggregate === 'last') return orderByLogged('metric', key, descending, alias)
  const column = seriesColumns[aggregate]
  return {
    join: joinSeries(alias, key),
    text: orderByMetric(`${alias}.${column}`, descending),
    metric: { key, column, descending },
  }
}

function orderByCells(
  dialect: Dialect,
  cells: ReadonlyMap<number, SqlValue>,
  descending: boolean,
  alias: string,
): OrderTerm {
  const rows = Array.from(cells, ([id, cell]) => `[${id},${toJsonNumber(dialect, cell)}]`)
  return {
    join: {
      text: `left join (select cast(json_extract(value, '$[0]') as bigint) as run,
        ${castJsonNumber(dialect, `json_extract(value, '$[1]')`)} as value from json_each(?)) ${alias} on ${alias}.run = r.id`,
      values: [`[${rows.join(',')}]`],
    },
    text: orderByMetric(`${alias}.value`, descending),
  }
}

function joinSeries(alias: string, key: string): Fragment {
  return { text: `left join series ${alias} on ${alias}.run = r.id and ${alias}.key = ?`, values: [key] as SqlValue[] }
}

/** Params that are numbers are sorted as such, before all others. */
function orderByParam(dialect: Dialect, key: string, descending: boolean, alias: string): OrderTerm {
  const { join, text } = orderByLogged('param', key, descending, alias)
  const value = `${alias}.value`
  const rank = `case when ${value} is null then 2 when glob('[0-9]', ${value}) or glob('[-+.0-9]*[.0-9]', ${value}) then 0 else 1 end`
  const direction = descending ? 'desc' : 'asc'
  return { ...(join && { join }), text: `${rank}, ${castToReal(dialect, value)} ${direction}, ${text}` }
}
