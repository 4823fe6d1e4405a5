import type { ExperimentId } from '../protocol/ids.ts'
import type { Comparison, Identifier, OrderClause } from '../protocol/mlflow/search.ts'
import type { ViewType } from '../protocol/runs.ts'
import type { Dialect, Sql, SqlRow, SqlValue } from '../store/database.ts'
import { castToReal, selectColumns } from '../store/dialect.ts'
import { getNumber } from '../store/row.ts'
import { toExperimentRowId } from './experiment-rows.ts'
import { createPageToken, parsePageToken } from './page-token.ts'
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
import { selectRuns } from './run-rows.ts'
import { type Order, type OrderTerm, type Page, selectByMetric } from './metric-order.ts'
import type { SearchQuery } from './tracking.ts'

const columns: ReadonlyMap<string, string> = new Map([
  ['run_id', 'r.run_id'],
  ['run_name', 'r.name'],
  ['status', 'r.status'],
  ['user_id', 'r.user_id'],
  ['start_time', 'r.start_time'],
  ['end_time', 'r.end_time'],
  [
    'artifact_uri',
    `(select rtrim(e.artifact_location, '/') || '/' || r.run_id || '/artifacts' from experiments e where e.id = r.experiment)`,
  ],
])

const tables = { metric: 'series', param: 'params', tag: 'tags' } as const

export interface RunRowPage {
  /** Rows of `selectRunRows`. */
  readonly rows: readonly SqlRow[]
  readonly nextPageToken?: string
}

/** As `searchRunIds`, with the rows of the runs. */
export async function searchRunRows(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  query: SearchQuery,
): Promise<RunRowPage> {
  const { ids, ...page } = await searchRunIds(sql, experimentIds, query)
  return { rows: await selectRuns(sql, ids), ...page }
}

/**
 * Finds the row ids of a page of runs: MLflow's filter and order, newest first where the order leaves it open, then by run
 * id.
 */
export async function searchRunIds(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  query: SearchQuery,
): Promise<{ readonly ids: readonly number[]; readonly nextPageToken?: string }> {
  const offset = parsePageToken(query.pageToken)
  const orderBy = createOrder(query.orderBy ?? [])
  const ids = await selectRunIds(sql, experimentIds, { ...query, orderBy }, { offset, limit: query.limit + 1 })
  return {
    ids: ids.slice(0, query.limit),
    ...(ids.length > query.limit ? { nextPageToken: createPageToken(offset + query.limit) } : {}),
  }
}

/** Which runs, and in which order. */
export interface RunQuery extends Pick<SearchQuery, 'filter' | 'view'> {
  readonly orderBy: readonly OrderTerm[]
}

/** Row ids of a page. Whole rows are heavy to sort and to skip, so that they are looked up last. */
export async function selectRunIds(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { orderBy, ...query }: RunQuery,
  page: Page,
): Promise<number[]> {
  const [first, ...others] = orderBy
  const [experimentId] = experimentIds
  const narrow = await findNarrow(sql, experimentIds, query)
  if (first?.metric !== undefined && experimentIds.length === 1 && experimentId !== undefined) {
    const ofSeries = createCondition(sql, experimentIds, query, { runRowId: 'm.run', narrow })
    const ofRuns = createCondition(sql, experimentIds, query, { narrow })
    const metric = { ...first.metric, experimentId }
    return selectByMetric(sql, { metric, ofSeries, ofRuns, rest: joinTerms(others) }, page)
  }
  const rows = await sql.all(...selectIds(sql, experimentIds, { orderBy, ...query }, narrow), page.limit, page.offset)
  return rows.map((row) => getNumber(row, 'id'))
}

/** All that match, in order. */
export async function listRunIds(sql: Sql, experimentIds: readonly ExperimentId[], query: RunQuery): Promise<number[]> {
  const [text, ...values] = selectIds(sql, experimentIds, query, await findNarrow(sql, experimentIds, query))
  const all = [...values, Number.MAX_SAFE_INTEGER, 0]
  const [ids = []] = await selectColumns(sql, ['id'], { from: `(${text}) as found`, values: all })
  return ids.map(Number)
}

function selectIds(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { orderBy, ...query }: RunQuery,
  narrow: Comparison | undefined,
): [string, ...SqlValue[]] {
  const where = createCondition(sql, experimentIds, query, { narrow })
  const { joins, text } = joinTerms(orderBy)
  return [
    `select r.id from runs r ${joins.text}
       where ${where.text} order by ${text} limit ? offset ?`,
    ...joins.values,
    ...where.values,
  ]
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
  const where = createCondition(sql, experimentIds, query, { narrow: await findNarrow(sql, experimentIds, query) })
  const row = await sql.get(`select count(*) as count from runs r where ${where.text}`, ...where.values)
  return getNumber(row ?? {}, 'count')
}

/** Looking up this many runs one by one costs no more than reading an index of many. */
const narrowCount = 20_000

/** A comparison of a metric that leaves so few runs that the others are best tried on each of them. */
async function findNarrow(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { filter = [] }: Pick<SearchQuery, 'filter'>,
): Promise<Comparison | undefined> {
  if (filter.length < 2) return undefined
  for (const comparison of filter) {
    if (comparison.identifier.kind !== 'metric' || comparison.operator === 'IS NULL') continue
    const { text, values } = selectMatching(sql.dialect, comparison, restrictExperiments(experimentIds))
    const row = await sql.get(`select count(*) as count from (${text} limit ?) as found`, ...values, narrowCount + 1)
    if (getNumber(row ?? {}, 'count') <= narrowCount) return comparison
  }
  return undefined
}

/**
 * What runs are restricted by: runs as `r`, or those that a series or a param
 * belongs to, which are then looked at only where the filter names an attribute.
 *
 * @param options.runRowId where the row id of the run stands
 * @param options.narrow the comparison that is tried first, before the others on each run that it leaves
 */
export function createCondition(
  { dialect }: Pick<Sql, 'dialect'>,
  experimentIds: readonly ExperimentId[],
  { filter = [], view }: Pick<SearchQuery, 'filter' | 'view'>,
  { runRowId = 'r.id', narrow }: ConditionOptions = {},
): Fragment {
  checkFilterSize(filter)
  const experiments = restrictExperiments(experimentIds)
  const sorted = narrow === undefined ? filter : [narrow, ...filter.filter((comparison) => comparison !== narrow)]
  const comparisons = sorted.map((comparison, index) =>
    toCondition(dialect, comparison, experiments, { runRowId, isOneByOne: narrow !== undefined && index > 0 }),
  )
  const stage = lifecycleCondition('r.lifecycle_stage', view)
  if (runRowId === 'r.id') {
    const { text, values } = experiments
    return joinConditions([{ text: `r.experiment ${text} and ${stage}`, values }, ...comparisons])
  }
  return joinConditions([toStageCondition(experiments, view), ...comparisons])
}

type RunRowId = 'r.id' | 'm.run'

interface ConditionOptions {
  readonly runRowId?: RunRowId
  readonly narrow?: Comparison | undefined
}

function restrictExperiments(experimentIds: readonly ExperimentId[]): Fragment {
  const [only] = experimentIds
  if (experimentIds.length === 1 && only !== undefined) return { text: '= ?', values: [toExperimentRowId(only)] }
  return {
    text: 'in (select cast(value as bigint) from json_each(?))',
    values: [JSON.stringify(experimentIds.map(toExperimentRowId))],
  }
}

/** As a rule few runs are deleted, and the index names them. */
function toStageCondition({ text, values }: Fragment, view: ViewType = 'ACTIVE_ONLY'): Fragment {
  if (view === 'ALL') return { text: 'true', values: [] }
  const deleted = `select r.id from runs r where r.experiment ${text} and ${lifecycleCondition('r.lifecycle_stage', 'DELETED_ONLY')}`
  return { text: `m.run ${view === 'ACTIVE_ONLY' ? 'not in' : 'in'} (${deleted})`, values }
}

function toCondition(
  dialect: Dialect,
  comparison: Comparison,
  experiments: Fragment,
  { runRowId, isOneByOne }: { runRowId: RunRowId; isOneByOne: boolean },
): Fragment {
  const { kind, key } = comparison.identifier
  if (kind !== 'metric' && kind !== 'param' && kind !== 'tag') {
    const condition =
      kind === 'dataset'
        ? toDatasetCondition(comparison)
        : compareColumn(getAttributeColumn(columns, comparison.identifier), comparison)
    if (runRowId === 'r.id') return condition
    return {
      text: `m.run in (select r.id from runs r where r.experiment ${experiments.text} and ${condition.text})`,
      values: [...experiments.values, ...condition.values],
    }
  }
  if (kind === 'tag' || comparison.operator === 'IS NULL' || isOneByOne) {
    const isThere = `exists (select 1 from ${tables[kind]} v where v.run = ${runRowId} and v.key = ?`
    if (comparison.operator === 'IS NULL') return { text: `not ${isThere})`, values: [key] }
    const { text, values } = compareLogged(dialect, comparison)
    return { text: `${isThere} and ${text})`, values: [key, ...values] }
  }
  // The index by value finds them without a look at any run. With the plus they are not what runs are read by: those
  // come in their own order, and only as far as the page.
  const { text, values } = selectMatching(dialect, comparison, experiments)
  return { text: `+${runRowId} in (${text})`, values }
}

/** The runs whose metric or param matches. */
function selectMatching(dialect: Dialect, comparison: Comparison, experiments: Fragment): Fragment {
  const { kind, key } = comparison.identifier
  const { text, values } = compareLogged(dialect, comparison)
  return {
    text: `select v.run from ${kind === 'metric' ? 'series' : 'params'} v
      where v.experiment ${experiments.text} and v.key = ? and ${text}`,
    values: [...experiments.values, key, ...values],
  }
}

function compareLogged(dialect: Dialect, comparison: Comparison): Fragment {
  return comparison.identifier.kind === 'metric'
    ? compareMetric('v.value', comparison)
    : compareText(dialect, comparison)
}

/** Params and tags are texts; compared with a number, only those count that are one. */
function compareText(dialect: Dialect, comparison: Comparison): Fragment {
  if (!('value' in comparison) || typeof comparison.value === 'string') return compareColumn('v.value', comparison)
  const { text, values } = compareColumn(castToReal(dialect, 'v.value'), comparison)
  return { text: `(glob('[0-9]', v.value) or glob('[-+.0-9]*[.0-9]', v.value)) and ${text}`, values }
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
    if (kind !== 'metric' && kind !== 'param' && kind !== 'tag') {
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
  return { join, text: orderByMetric(`${alias}.value`, descending), metric: { key, column: 'value', descending } }
}
