import type { Methods, RunColumn } from '../../protocol/methods.ts'
import type { HeadlineMetric } from '../../protocol/headline-metric.ts'
import { localize } from '../localize.ts'

/** What runs are sorted by: one of their attributes as MLflow names it, a metric, or a param. */
export interface Sort {
  readonly kind: 'attribute' | 'metric' | 'param'
  readonly key: string
  readonly descending: boolean
}

export interface GroupBy {
  readonly kind: 'status' | 'param' | 'tag'
  /** `status` for the status. */
  readonly key: string
}

/** How the user has set the view up; kept for the workspace. */
export interface ViewOptions {
  /** Null: newest first. */
  readonly sort: Sort | null
  /** MLflow's search grammar; empty for all. */
  readonly filter: string
  /** Part of the run's name, letter case ignored; empty for all. */
  readonly name: string
  readonly groupBy: GroupBy | null
  readonly hideFinished: boolean
}

export const defaultViewOptions: ViewOptions = {
  sort: null,
  filter: '',
  name: '',
  groupBy: null,
  hideFinished: false,
}

/** Quotes a key for MLflow's grammar, which has no way to write a backtick inside backticks. */
function quoteKey(key: string): string {
  return key.includes('`') ? `"${key}"` : `\`${key}\``
}

function quoteText(text: string): string {
  return text.includes("'") ? `"${text.replaceAll('"', '_')}"` : `'${text}'`
}

function toFilter(options: ViewOptions): string {
  const parts = [options.filter.trim()]
  if (options.name !== '') parts.push(`attributes.run_name ILIKE ${quoteText(`%${options.name}%`)}`)
  // MLflow's grammar has IN for run ids only.
  if (options.hideFinished) {
    parts.push(...['FINISHED', 'FAILED', 'KILLED'].map((status) => `attributes.status != '${status}'`))
  }
  return parts.filter((part) => part !== '').join(' AND ')
}

const grammarPrefix = { attribute: 'attributes', status: 'attributes', metric: 'metrics', param: 'params', tag: 'tags' }

function toOrder({ kind, key }: Sort | GroupBy, descending: boolean): string {
  return `${grammarPrefix[kind]}.${quoteKey(key)} ${descending ? 'DESC' : 'ASC'}`
}

/** The values a run list must carry beside the runs' own attributes. */
export function listColumns(options: ViewOptions, headline: HeadlineMetric | null): readonly RunColumn[] {
  const columns: RunColumn[] = []
  if (headline) columns.push({ kind: 'metric', key: headline.key })
  const group = options.groupBy
  if (group && group.kind !== 'status') columns.push({ kind: group.kind, key: group.key })
  return columns
}

/**
 * The engine's query for one experiment's runs. Grouping sorts by the group first: so a group's runs follow each other
 * and paging needs to know nothing of groups.
 */
export function toRunQuery(
  options: ViewOptions,
  headline: HeadlineMetric | null,
): Omit<Methods['runs/list']['params'], 'experimentIds'> {
  const filter = toFilter(options)
  const orderBy = [
    ...(options.groupBy ? [toOrder(options.groupBy, false)] : []),
    ...(options.sort ? [toOrder(options.sort, options.sort.descending)] : []),
  ]
  return {
    columns: listColumns(options, headline),
    ...(filter === '' ? {} : { filter }),
    // MLflow breaks ties by start time, newest first, which is also the order without a sort.
    ...(orderBy.length === 0 ? {} : { orderBy }),
  }
}

/** Whether new values of this metric can move a run to another place, or in or out of the list. */
export function isOrderedByMetric(options: ViewOptions, key: string): boolean {
  return (options.sort?.kind === 'metric' && options.sort.key === key) || /\bmetrics?\s*\./i.test(options.filter)
}

/** One line over the tree that says what is set; undefined when nothing is. */
export function describeViewOptions(options: ViewOptions): string | undefined {
  const parts: string[] = []
  if (options.name !== '') parts.push(localize('name contains “{name}”', { name: options.name }))
  if (options.filter !== '') parts.push(localize('filter: {filter}', { filter: options.filter }))
  if (options.hideFinished) parts.push(localize('finished runs hidden'))
  if (options.groupBy) parts.push(localize('grouped by {key}', { key: options.groupBy.key }))
  if (options.sort)
    parts.push(localize('sorted by {key}', { key: `${options.sort.key} ${options.sort.descending ? '↓' : '↑'}` }))
  return parts.length === 0 ? undefined : parts.join(' · ')
}

function isKeyed(value: unknown, kinds: readonly string[]): value is { kind: string; key: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    'key' in value &&
    typeof value.kind === 'string' &&
    kinds.includes(value.kind) &&
    typeof value.key === 'string'
  )
}

function isSort(value: unknown): value is Sort {
  return (
    isKeyed(value, ['attribute', 'metric', 'param']) && 'descending' in value && typeof value.descending === 'boolean'
  )
}

function isGroupBy(value: unknown): value is GroupBy {
  return isKeyed(value, ['status', 'param', 'tag'])
}

/** Reads what an earlier window, perhaps of an older version, has kept; each field it cannot read gets its default. */
export function parseViewOptions(kept: unknown): ViewOptions {
  if (typeof kept !== 'object' || kept === null) return defaultViewOptions
  return {
    sort: 'sort' in kept && isSort(kept.sort) ? kept.sort : null,
    filter: 'filter' in kept && typeof kept.filter === 'string' ? kept.filter : '',
    name: 'name' in kept && typeof kept.name === 'string' ? kept.name : '',
    groupBy: 'groupBy' in kept && isGroupBy(kept.groupBy) ? kept.groupBy : null,
    hideFinished: 'hideFinished' in kept && kept.hideFinished === true,
  }
}
