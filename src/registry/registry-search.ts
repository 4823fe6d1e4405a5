import { promptTag } from '../protocol/mlflow/registry-requests.ts'
import type { Comparison } from '../protocol/mlflow/search.ts'
import type { ModelVersion, RegisteredModel } from '../protocol/registered-models.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { createPageToken, parsePageToken } from '../tracking/page-token.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  getAttributeColumn,
  joinConditions,
  orderByColumn,
} from '../tracking/search-condition.ts'
import type { Fragment } from '../tracking/search-condition.ts'
import type { Page, SearchQuery } from '../tracking/tracking.ts'
import { loadRegisteredModels, loadVersions, selectVersionRows } from './registry-rows.ts'

/** What one kind of search looks at: a select, the columns of its attributes, and the tag of a key. */
interface Subject {
  readonly select: string
  readonly always: string
  readonly columns: ReadonlyMap<string, string>
  readonly tag: string
  /** Where no order is given, and then what breaks ties. */
  readonly order: readonly string[]
  readonly ties: Readonly<Record<string, string>>
}

const models: Subject = {
  select: 'select m.* from registered_models m',
  always: 'true',
  columns: new Map([
    ['name', 'm.name'],
    ['last_updated_timestamp', 'm.last_update_time'],
  ]),
  tag: '(select t.value from registered_model_tags t where t.registered_model = m.id and t.key = ?)',
  order: [],
  ties: { name: 'm.name' },
}

const versions: Subject = {
  select: selectVersionRows,
  always: 'v.is_deleted = 0',
  columns: new Map([
    ['name', 'm.name'],
    ['version_number', 'v.version'],
    ['run_id', 'v.run_id'],
    ['source_path', 'v.source'],
    ['creation_timestamp', 'v.creation_time'],
    ['last_updated_timestamp', 'v.last_update_time'],
  ]),
  tag: '(select t.value from model_version_tags t where t.model_version = v.id and t.key = ?)',
  order: ['v.last_update_time desc'],
  ties: { name: 'm.name', version_number: 'v.version desc' },
}

/** MLflow's search: by name unless ordered otherwise. */
export async function searchRegisteredModels(sql: Sql, query: SearchQuery): Promise<Page<RegisteredModel>> {
  const { rows, ...page } = await searchRows(sql, models, query)
  return { items: await loadRegisteredModels(sql, rows), ...page }
}

/** MLflow's search: the last changed first unless ordered otherwise. */
export async function searchModelVersions(sql: Sql, query: SearchQuery): Promise<Page<ModelVersion>> {
  const { rows, ...page } = await searchRows(sql, versions, query)
  return { items: await loadVersions(sql, rows), ...page }
}

async function searchRows(
  sql: Sql,
  subject: Subject,
  { filter = [], orderBy = [], limit, pageToken }: SearchQuery,
): Promise<{ rows: SqlRow[]; nextPageToken?: string }> {
  checkFilterSize(filter)
  checkOrder(orderBy)
  const offset = parsePageToken(pageToken)
  const where = joinConditions([
    { text: subject.always, values: [] },
    ...filter.map((comparison) => toCondition(subject, comparison)),
  ])
  const rows = await sql.all(
    `${subject.select} where ${where.text} order by ${toOrder(subject, orderBy).join(', ')} limit ? offset ?`,
    ...where.values,
    limit + 1,
    offset,
  )
  return {
    rows: rows.slice(0, limit),
    ...(rows.length > limit ? { nextPageToken: createPageToken(offset + limit) } : {}),
  }
}

function toOrder({ columns, order, ties }: Subject, orderBy: SearchQuery['orderBy'] = []): readonly string[] {
  const named = new Set(orderBy.map(({ identifier }) => identifier.key))
  const clauses = orderBy.map(({ identifier, descending }) =>
    orderByColumn(getAttributeColumn(columns, identifier), descending),
  )
  const rest = Object.entries(ties).flatMap(([key, clause]) => (named.has(key) ? [] : [clause]))
  return [...(clauses.length === 0 ? order : clauses), ...rest]
}

function toCondition({ columns, tag }: Subject, comparison: Comparison): Fragment {
  const { identifier } = comparison
  if (identifier.kind !== 'tag') return compareColumn(getAttributeColumn(columns, identifier), comparison)
  // Clients ask for whatever is no prompt by this tag, which no model has.
  const value = identifier.key === promptTag ? `coalesce(${tag}, 'false')` : tag
  const { text, values } = compareColumn(value, comparison)
  return { text, values: [identifier.key, ...values] }
}
