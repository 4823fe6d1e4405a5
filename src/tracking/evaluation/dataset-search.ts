import type { EvaluationDataset } from '../../protocol/evaluation-datasets.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { Comparison } from '../../protocol/mlflow/search.ts'
import type { Sql } from '../../store/database.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  compareKeyed,
  type Fragment,
  getAttributeColumn,
  joinConditions,
  orderByColumn,
} from '../search-condition.ts'
import { selectPage } from '../select-page.ts'
import type { Page, SearchQuery } from '../tracking.ts'
import { loadDatasets } from './dataset-rows.ts'

const columns: ReadonlyMap<string, string> = new Map(
  ['name', 'created_time', 'last_update_time', 'created_by', 'last_updated_by'].map((name) => [name, `d.${name}`]),
)

/** MLflow's search: the last created first unless ordered otherwise. */
export async function searchDatasets(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { filter = [], orderBy = [], ...page }: SearchQuery,
): Promise<Page<EvaluationDataset>> {
  checkFilterSize(filter)
  checkOrder(orderBy)
  const where = joinConditions([ofExperiments(experimentIds), ...filter.map(toCondition)])
  const order = orderBy.map(({ identifier, descending }) =>
    orderByColumn(getAttributeColumn(columns, identifier), descending),
  )
  const clauses = [...(order.length === 0 ? ['d.created_time desc'] : order), 'd.id desc']
  const text = `select d.* from evaluation_datasets d where ${where.text} order by ${clauses.join(', ')}`
  const { rows, ...next } = await selectPage(sql, { text, values: where.values }, page)
  return { items: await loadDatasets(sql, rows), ...next }
}

function ofExperiments(experimentIds: readonly ExperimentId[]): Fragment {
  if (experimentIds.length === 0) return { text: 'true', values: [] }
  return {
    text: `d.id in (select e.dataset from evaluation_dataset_experiments e
      where e.experiment in (select cast(value as bigint) from json_each(?)))`,
    values: [JSON.stringify(experimentIds)],
  }
}

function toCondition(comparison: Comparison): Fragment {
  const { identifier } = comparison
  if (identifier.kind !== 'tag') return compareColumn(getAttributeColumn(columns, identifier), comparison)
  const tag = '(select t.value from evaluation_dataset_tags t where t.dataset = d.id and t.key = ?)'
  return compareKeyed(tag, comparison)
}
