import type { ExperimentId } from '../protocol/ids.ts'
import type { LoggedModel } from '../protocol/logged-models.ts'
import type { Comparison, OrderClause } from '../protocol/mlflow/search.ts'
import type { Sql } from '../store/database.ts'
import { toExperimentRowId } from './experiment-rows.ts'
import { loadModels, selectModelRows } from './model-rows.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  compareKeyed,
  compareMetric,
  getAttributeColumn,
  joinConditions,
  lifecycleCondition,
  orderByColumn,
  orderByMetric,
} from './search-condition.ts'
import type { Fragment } from './search-condition.ts'
import { selectPage } from './select-page.ts'
import type { Page, SearchQuery } from './tracking.ts'

const columns: ReadonlyMap<string, string> = new Map([
  ['name', 'm.name'],
  ['model_id', 'm.model_id'],
  ['model_type', 'm.model_type'],
  ['status', 'm.status'],
  ['source_run_id', 'm.source_run_id'],
  ['creation_timestamp', 'm.creation_time'],
  ['last_updated_timestamp', 'm.last_update_time'],
])

/** The metric's value at its latest time, whichever run and dataset it comes from. */
const latestMetric = `(select v.value from model_metrics v where v.model_id = m.model_id and v.key = ?
  order by v.timestamp desc, v.step desc, v.run_id limit 1)`

export async function searchModels(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { filter = [], orderBy = [], view, ...page }: SearchQuery,
): Promise<Page<LoggedModel>> {
  checkFilterSize(filter)
  const order = createOrder(orderBy)
  const where = joinConditions([
    {
      text: 'm.experiment in (select cast(value as bigint) from json_each(?))',
      values: [JSON.stringify(experimentIds.map(toExperimentRowId))],
    },
    { text: lifecycleCondition('m.lifecycle_stage', view), values: [] },
    ...filter.map(toCondition),
  ])
  const text = `${selectModelRows} where ${where.text} order by ${order.text}`
  const { rows, ...next } = await selectPage(sql, { text, values: [...where.values, ...order.values] }, page)
  return { items: await loadModels(sql, rows), ...next }
}

function toCondition(comparison: Comparison): Fragment {
  const { identifier } = comparison
  if (identifier.kind === 'metric') {
    const { text, values } = compareMetric('v.value', comparison)
    return {
      text: `exists (select 1 from model_metrics v where v.model_id = m.model_id and v.key = ? and ${text})`,
      values: [identifier.key, ...values],
    }
  }
  if (identifier.kind === 'param' || identifier.kind === 'tag') {
    return compareKeyed(
      `(select v.value from model_${identifier.kind}s v where v.model = m.id and v.key = ?)`,
      comparison,
    )
  }
  return compareColumn(getAttributeColumn(columns, identifier), comparison)
}

function createOrder(clauses: readonly OrderClause[]): Fragment {
  checkOrder(clauses)
  const terms = clauses.map(({ identifier, descending }): Fragment => {
    if (identifier.kind !== 'metric') {
      return { text: orderByColumn(getAttributeColumn(columns, identifier), descending), values: [] }
    }
    return { text: orderByMetric(latestMetric, descending), values: [identifier.key, identifier.key, identifier.key] }
  })
  return {
    text: [...terms.map(({ text }) => text), 'm.creation_time desc', 'm.model_id'].join(', '),
    values: terms.flatMap(({ values }) => values),
  }
}
