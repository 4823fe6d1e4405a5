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
import { type Order, type OrderTerm, selectByMetric } from './metric-order.ts'
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
  const orderBy = createOrder(query.orderBy ?? [])
  const rows = await selectRunPage(sql, experimentIds, { ...query, orderBy }, { offset, limit: query.limit + 1 })
  return {
    rows: rows.slice(0, query.limit),
    ...(rows.length > query.limit ? { nextPageToken: createPageToken(offset + query.limit) } : {}),
  }
}

/** Rows of `selectRunRows` that match, from `offset` on. */
export async function selectRunPage(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { orderBy, ...query }: Pick<SearchQuery, 'filter' | 'view'> & { readonly orderBy: readonly OrderTerm[] },
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly SqlRow[]> {
  const where = createCondition(experimentIds, query)
  const [first, ...others] = orderBy
  const [experimentId] = experimentIds
  if (first?.metric !== undefined && experimentIds.length === 1 && experimentId !== undefined) {
    const rest = { where, order: joinTerms(others) }
    return selectByMetric(sql, { ...first.metric, experimentId }, page, rest)
  }
  const { joins, text } = joinTerms(orderBy)
  return sql.all(
    `${selectRunRows} ${joins.text} where ${where.text} order by ${text} limit ? offset ?`,
    ...joins.values,
    ...where.values,
    page.limit,
    page.offset,
  )
}

/** The terms one after the other, then the newest, then the run's id. */
function joinTerms(terms: readonly OrderTerm[]): Order {
  const joins = terms.flatMap(({ join }) => (join === undefined ? [] : [join]))
  const last = terms.some(({ isStartTime }) => isStartTime) ? ['r.run_id'] : ['r.start_time desc', 'r.run_id']
  return {
    joins: { text: joins.map(({ text }) => text).join(' '), values: joins.flatMap(({ values }) => values) },
    text: [...terms.map(({ text }) => text), ...last].join(', '),
  }
}

/** All that match, whatever the page. */
export async function countRuns(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  query: Pick<SearchQuery, 'filter' | 'view'>,
): Promise<number> {
  const where = createCondition(experimentIds, query)
  const row = await sql.get(
    `select count(*) as count from runs r join experiments e on e.id = r.experiment where ${where.text}`,
    ...where.values,
  )
  return getNumber(row ?? {}, 'count')
}

/** What `selectRunRows`, or runs as `r` joined with their experiment as `e`, is restricted by. */
export function createCondition(
  experimentIds: readonly ExperimentId[],
  { filter = [], view }: Pick<SearchQuery, 'filter' | 'view'>,
): Fragment {
  checkFilterSize(filter)
  const ids = JSON.stringify(experimentIds.map(Number))
  return joinConditions([
    { text: 'r.experiment in (select value from json_each(?))', values: [ids] },
    { text: lifecycleCondition('r.lifecycle_stage', view), values: [] },
    ...filter.map((comparison) => toCondition(comparison, ids)),
  ])
}

function toCondition(comparison: Comparison, experimentIds: string): Fragment {
  const { kind, key } = comparison.identifier
  if (kind === 'attribute') return compareColumn(getAttributeColumn(columns, comparison.identifier), comparison)
  if (kind === 'dataset') return toDatasetCondition(comparison)
  const isThere = `exists (select 1 from ${tables[kind]} v where v.run = r.id and v.key = ?`
  if (comparison.operator === 'IS NULL') return { text: `not ${isThere})`, values: [key] }
  if (kind !== 'metric') {
    const { text, values } = compareText(comparison)
    return { text: `${isThere} and ${text})`, values: [key, ...values] }
  }
  const { text, values } = compareMetric('v.value', comparison)
  // The index by value finds them without looking at the other runs.
  return {
    text: `r.id in (select v.run from series v
      where v.experiment in (select value from json_each(?)) and v.key = ? and ${text})`,
    values: [experimentIds, key, ...values],
  }
}

/** Params and tags are texts; compared with a number, only those count that are one. */
function compareText(comparison: Comparison): Fragment {
  if (!('value' in comparison) || typeof comparison.value === 'string') return compareColumn('v.value', comparison)
  const { text, values } = compareColumn('cast(v.value as real)', comparison)
  return { text: `(v.value glob '[0-9]' or v.value glob '[-+.0-9]*[.0-9]') and ${text}`, values }
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

function createOrder(clauses: readonly OrderClause[]): OrderTerm[] {
  checkOrder(clauses)
  return clauses.map(({ identifier, descending }, index) => {
    const { kind, key } = identifier
    if (kind === 'attribute' || kind === 'dataset') {
      const text = orderByColumn(getAttributeColumn(columns, identifier), descending)
      return { text, isStartTime: key === 'start_time' }
    }
    return orderByLogged(kind, key, descending, `o${index}`)
  })
}

/** Orders by the latest value of a metric, or by a param or tag, joined under the alias. */
export function orderByLogged(
  kind: 'metric' | 'param' | 'tag',
  key: string,
  descending: boolean,
  alias: string,
): OrderTerm {
  const join = {
    text: `left join ${tables[kind]} ${alias} on ${alias}.run = r.id and ${alias}.key = ?`,
    values: [key],
  }
  if (kind !== 'metric') return { join, text: orderByColumn(`${alias}.value`, descending) }
  return { join, text: orderByMetric(`${alias}.value`, descending), metric: { key, descending } }
}
