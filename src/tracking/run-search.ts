import type { ExperimentId } from '../protocol/ids.ts'
import type { Comparison, Identifier, OrderClause } from '../protocol/mlflow/search.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { createPageToken, parsePageToken } from './page-token.ts'
import { selectRunRows } from './run-rows.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  compareMetric,
  getAttributeColumn,
  joinConditions,
  lifecycleCondition,
  orderByColumn,
  orderByMetric,
} from './search-condition.ts'
import type { Fragment } from './search-condition.ts'
import type { SearchQuery } from './tracking.ts'

const columns: ReadonlyMap<string, string> = new Map([
  ['run_id', 'r.run_id'],
  ['run_name', 'r.name'],
  ['status', 'r.status'],
  ['user_id', 'r.user_id'],
  ['start_time', 'r.start_time'],
  ['end_time', 'r.end_time'],
  ['artifact_uri', `(rtrim(e.artifact_location, '/') || '/' || r.run_id || '/artifacts')`],
])

const tables = { metric: 'series', param: 'params', tag: 'tags' } as const

export interface RunRowPage {
  /** Rows of `selectRunRows`. */
  readonly rows: readonly SqlRow[]
  readonly nextPageToken?: string
}

/** Finds a page of runs: MLflow's filter and order, newest first where the order leaves it open, then by run id. */
export async function searchRunRows(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  query: SearchQuery,
): Promise<RunRowPage> {
  const offset = parsePageToken(query.pageToken)
  const where = createCondition(experimentIds, query)
  const order = createOrder(query.orderBy ?? [])
  const rows = await sql.all(
    `${selectRunRows} ${order.joins.text} where ${where.text} order by ${order.text} limit ? offset ?`,
    ...order.joins.values,
    ...where.values,
    query.limit + 1,
    offset,
  )
  return {
    rows: rows.slice(0, query.limit),
    ...(rows.length > query.limit ? { nextPageToken: createPageToken(offset + query.limit) } : {}),
  }
}

/** All that match, whatever the page. */
export async function countRuns(sql: Sql, experimentIds: readonly ExperimentId[], query: SearchQuery): Promise<number> {
  const where = createCondition(experimentIds, query)
  const row = await sql.get(
    `select count(*) as count from runs r join experiments e on e.id = r.experiment where ${where.text}`,
    ...where.values,
  )
  return getNumber(row ?? {}, 'count')
}

function createCondition(experimentIds: readonly ExperimentId[], { filter = [], view }: SearchQuery): Fragment {
  checkFilterSize(filter)
  return joinConditions([
    { text: 'r.experiment in (select value from json_each(?))', values: [JSON.stringify(experimentIds.map(Number))] },
    { text: lifecycleCondition('r.lifecycle_stage', view), values: [] },
    ...filter.map(toCondition),
  ])
}

function toCondition(comparison: Comparison): Fragment {
  const { kind, key } = comparison.identifier
  if (kind === 'attribute') return compareColumn(getAttributeColumn(columns, comparison.identifier), comparison)
  if (kind === 'dataset') return toDatasetCondition(comparison)
  // A subselect gives null where the run has no such value, which is what IS NULL asks for and nothing else matches.
  const value = `(select v.value from ${tables[kind]} v where v.run = r.id and v.key = ?)`
  if (kind !== 'metric') {
    const { text, values } = compareColumn(value, comparison)
    return { text, values: [key, ...values] }
  }
  const { text, values } = compareMetric('v.value', comparison)
  if (comparison.operator === 'IS NULL') return { text: `${value} is null`, values: [key] }
  return {
    text: `exists (select 1 from series v where v.run = r.id and v.key = ? and ${text})`,
    values: [key, ...values],
  }
}

function toDatasetCondition(comparison: Comparison): Fragment {
  const { identifier } = comparison
  if (identifier.key === 'context') {
    const { text, values } = compareColumn('t.value', comparison)
    return {
      text: `exists (select 1 from input_tags t where t.run = r.id and t.key = 'mlflow.data.context' and ${text})`,
      values,
    }
  }
  const { text, values } = compareColumn(getAttributeColumn(datasetColumns, toAttribute(identifier)), comparison)
  return {
    text: `exists (select 1 from inputs i join datasets d on d.id = i.dataset where i.run = r.id and ${text})`,
    values,
  }
}

const datasetColumns: ReadonlyMap<string, string> = new Map([
  ['name', 'd.name'],
  ['digest', 'd.digest'],
])

function toAttribute({ key }: Identifier): Identifier {
  return { kind: 'attribute', key }
}

function createOrder(clauses: readonly OrderClause[]): { readonly joins: Fragment; readonly text: string } {
  checkOrder(clauses)
  const joins: Fragment[] = []
  const terms = clauses.map(({ identifier, descending }, index) => {
    const { kind, key } = identifier
    if (kind === 'attribute' || kind === 'dataset') {
      return orderByColumn(getAttributeColumn(columns, identifier), descending)
    }
    const alias = `o${index}`
    joins.push({
      text: `left join ${tables[kind]} ${alias} on ${alias}.run = r.id and ${alias}.key = ?`,
      values: [key],
    })
    return kind === 'metric' ? orderByMetric(`${alias}.value`, descending) : orderByColumn(`${alias}.value`, descending)
  })
  if (!clauses.some(({ identifier: { kind, key } }) => kind === 'attribute' && key === 'start_time')) {
    terms.push('r.start_time desc')
  }
  terms.push('r.run_id')
  return {
    joins: { text: joins.map(({ text }) => text).join(' '), values: joins.flatMap(({ values }) => values) },
    text: terms.join(', '),
  }
}
