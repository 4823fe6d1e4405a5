import type { Experiment } from '../protocol/experiments.ts'
import type { Comparison } from '../protocol/mlflow/search.ts'
import type { Sql } from '../store/database.ts'
import { loadExperiments } from './experiment-rows.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  compareKeyed,
  getAttributeColumn,
  joinConditions,
  lifecycleCondition,
  orderByColumn,
} from './search-condition.ts'
import type { Fragment } from './search-condition.ts'
import { selectPage } from './select-page.ts'
import type { Page, SearchQuery } from './tracking.ts'

const columns: ReadonlyMap<string, string> = new Map([
  ['name', 'e.name'],
  ['experiment_id', 'e.id'],
  ['creation_time', 'e.creation_time'],
  ['last_update_time', 'e.last_update_time'],
])

/** MLflow's search: newest first unless ordered otherwise. */
export async function searchExperiments(sql: Sql, query: SearchQuery): Promise<Page<Experiment>> {
  const { filter = [], orderBy = [], view } = query
  checkFilterSize(filter)
  checkOrder(orderBy)
  const where = joinConditions([
    { text: lifecycleCondition('e.lifecycle_stage', view), values: [] },
    ...filter.map(toCondition),
  ])
  const order = orderBy.map(({ identifier, descending }) =>
    orderByColumn(getAttributeColumn(columns, identifier), descending),
  )
  if (order.length === 0) order.push('e.creation_time desc', 'e.id asc')
  else if (!orderBy.some(({ identifier }) => identifier.key === 'experiment_id')) order.push('e.id desc')
  const text = `select e.* from experiments e where ${where.text} order by ${order.join(', ')}`
  const { rows, ...page } = await selectPage(sql, { text, values: where.values }, query)
  return { items: await loadExperiments(sql, rows), ...page }
}

function toCondition(comparison: Comparison): Fragment {
  const { identifier } = comparison
  if (identifier.kind !== 'tag') {
    const column = getAttributeColumn(columns, identifier)
    // Ids are texts in filters.
    return compareColumn(column === 'e.id' ? 'cast(e.id as text)' : column, comparison)
  }
  return compareKeyed('(select t.value from experiment_tags t where t.experiment = e.id and t.key = ?)', comparison)
}
