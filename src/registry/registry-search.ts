import type { Comparison } from '../protocol/mlflow/search.ts'
import { promptTag, type ModelVersion, type RegisteredModel } from '../protocol/registered-models.ts'
import type { Sql } from '../store/database.ts'
import {
  checkFilterSize,
  checkOrder,
  compareColumn,
  compareKeyed,
  getAttributeColumn,
  joinConditions,
  orderByColumn,
} from '../tracking/search-condition.ts'
import type { Fragment } from '../tracking/search-condition.ts'
import { selectPage } from '../tracking/select-page.ts'
import type { Page, SearchQuery } from '../tracking/tracking.ts'
import { loadRegisteredModels, loadVersions, selectVersionRows } from './registry-rows.ts'

/** What one kind of search looks at: a select, the columns of its attributes, and the tag of a key. */
interface Subject {
  readonly select: string
  readonly always: string
  readonly columns: ReadonlyMap<string, string>
  readonly tag: string
  /** Holds for what is no prompt; takes the key of the tag. */
  readonly noPrompt: string
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
  noPrompt: `not exists (select 1 from registered_model_tags t
    where t.registered_model = m.id and t.key = ? and lower(t.value) = 'true')`,
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
  noPrompt: `not exists (select 1 from model_version_tags t join model_versions o on o.id = t.model_version
    where o.registered_model = v.registered_model and t.key = ? and lower(t.value) = 'true')`,
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
  { filter = [], orderBy = [], ...page }: SearchQuery,
): ReturnType<typeof selectPage> {
  checkFilterSize(filter)
  checkOrder(orderBy)
  const where = joinConditions([
    { text: subject.always, values: [] },
    ...(filter.some(asksForPrompts) ? [] : [{ text: subject.noPrompt, values: [promptTag] }]),
    ...filter.map((comparison) => toCondition(subject, comparison)),
  ])
  const text = `${subject.select} where ${where.text} order by ${toOrder(subject, orderBy).join(', ')}`
  return selectPage(sql, { text, values: where.values }, page)
}

/** A search finds models unless it asks for prompts in so many words. */
function asksForPrompts(comparison: Comparison): boolean {
  const { identifier, operator } = comparison
  if (identifier.kind !== 'tag' || identifier.key !== promptTag) return false
  if (operator !== '=' && operator !== '!=') return false
  return String(comparison.value).toLowerCase() === (operator === '=' ? 'true' : 'false')
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
  // Clients ask for whatever is no prompt by this tag, which only prompts have.
  return compareKeyed(identifier.key === promptTag ? `coalesce(${tag}, 'false')` : tag, comparison)
}
