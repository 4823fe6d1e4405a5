import type { TableColumn, TableOrder } from '../../protocol/run-table.ts'
import type { SqlValue } from '../../store/database.ts'
import type { OrderTerm } from '../metric-order.ts'
import { orderByLogged } from '../run-search.ts'
import { type Fragment, orderByColumn, orderByMetric } from '../search-condition.ts'

/** The datasets of run `r`, in the order they were logged. */
const datasets = `(select group_concat(d.name || ' (' || d.digest || ')', ', ') from inputs i
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

/** The value of a column as an expression over run `r`; null where the run has none. */
export function toExpression(column: TableColumn): Fragment {
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

export function toOrderTerms(order: readonly TableOrder[]): OrderTerm[] {
  return order.map(({ column, descending }, index) => {
    const alias = `o${index}`
    switch (column.kind) {
      case 'metric':
        return column.aggregate === 'last'
          ? orderByLogged('metric', column.key, descending, alias)
          : {
              join: joinSeries(alias, column.key),
              text: orderByMetric(`${alias}.${seriesColumns[column.aggregate]}`, descending),
            }
      case 'param':
        return orderByParam(column.key, descending, alias)
      case 'tag':
        return orderByLogged('tag', column.key, descending, alias)
      case 'attribute':
        return {
          text: orderByColumn(attributes[column.key], descending),
          isStartTime: column.key === 'start_time',
        }
      case 'dataset':
        return { text: orderByColumn(datasets, descending) }
    }
  })
}

function joinSeries(alias: string, key: string): Fragment {
  return { text: `left join series ${alias} on ${alias}.run = r.id and ${alias}.key = ?`, values: [key] as SqlValue[] }
}

/** Params that are numbers are sorted as such, before all others. */
function orderByParam(key: string, descending: boolean, alias: string): OrderTerm {
  const { join, text } = orderByLogged('param', key, descending, alias)
  const value = `${alias}.value`
  const rank = `case when ${value} is null then 2 when ${value} glob '[0-9]' or ${value} glob '[-+.0-9]*[.0-9]' then 0 else 1 end`
  const direction = descending ? 'desc' : 'asc'
  return { ...(join && { join }), text: `${rank}, cast(${value} as real) ${direction}, ${text}` }
}
