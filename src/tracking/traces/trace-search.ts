import type { ExperimentId } from '../../protocol/ids.ts'
import type { Comparison, OrderClause } from '../../protocol/mlflow/search.ts'
import { traceKeys, type TraceInfo } from '../../protocol/traces.ts'
import type { Dialect, Sql } from '../../store/database.ts'
import { toExperimentRowId } from '../experiment-rows.ts'
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
import { assessmentCondition } from './assessment-search.ts'
import { spanCondition } from './span-search.ts'
import { loadTraceInfos } from './trace-rows.ts'

const columns: ReadonlyMap<string, string> = new Map([
  ['request_id', 't.trace_id'],
  ['experiment_id', 't.experiment'],
  ['timestamp_ms', 't.request_time'],
  ['execution_time_ms', 't.execution_duration'],
  ['end_time_ms', '(t.request_time + coalesce(t.execution_duration, 0))'],
  ['status', 't.state'],
  ['client_request_id', 't.client_request_id'],
])

/** MLflow's search: the newest first unless ordered otherwise. */
export async function searchTraces(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { filter = [], orderBy = [], ...page }: SearchQuery,
): Promise<Page<TraceInfo>> {
  checkFilterSize(filter)
  checkOrder(orderBy)
  const ofSpans = filter.filter(({ identifier }) => identifier.kind === 'span')
  const where = joinConditions([
    ofExperiments(experimentIds),
    ...filter
      .filter(({ identifier }) => identifier.kind !== 'span')
      .map((comparison) => toCondition(sql.dialect, comparison)),
    // All that is asked of spans has to be true of one of them.
    ...(ofSpans.length === 0 ? [] : [spanCondition(sql.dialect, ofSpans)]),
  ])
  const order = orderBy.map(toOrder)
  const clauses = [...order.map(({ text }) => text), 't.request_time desc', 't.trace_id']
  const text = `select t.* from traces t where ${where.text} order by ${clauses.join(', ')}`
  const values = [...where.values, ...order.flatMap((each) => each.values)]
  const { rows, ...next } = await selectPage(sql, { text, values }, page)
  return { items: await loadTraceInfos(sql, rows), ...next }
}

/** Those of one alone are read in the order of their index, and no further than the page. */
function ofExperiments(experimentIds: readonly ExperimentId[]): Fragment {
  const [first] = experimentIds
  if (experimentIds.length === 1 && first !== undefined) {
    return { text: 't.experiment = ?', values: [toExperimentRowId(first)] }
  }
  return {
    text: 't.experiment in (select cast(value as bigint) from json_each(?))',
    values: [JSON.stringify(experimentIds.map(toExperimentRowId))],
  }
}

function toCondition(dialect: Dialect, comparison: Comparison): Fragment {
  const { kind, key } = comparison.identifier
  switch (kind) {
    case 'tag':
      return key === traceKeys.linkedPrompts ? promptCondition(comparison) : entryCondition('trace_tags', comparison)
    case 'metadata':
      return key === traceKeys.sourceRun && comparison.operator === '='
        ? runCondition(comparison)
        : entryCondition('trace_metadata', comparison)
    case 'feedback':
    case 'expectation':
    case 'issue':
      return assessmentCondition(dialect, comparison)
    default:
      return compareColumn(getAttributeColumn(columns, comparison.identifier), comparison)
  }
}

function entryCondition(table: string, comparison: Comparison): Fragment {
  return compareKeyed(entryValue(table), comparison)
}

function entryValue(table: string): string {
  return `(select v.value from ${table} v where v.trace = t.id and v.key = ?)`
}

/** A trace is of a run that it was made in, or that it was linked to later. */
function runCondition(comparison: Comparison): Fragment {
  const made = entryCondition('trace_metadata', comparison)
  const linked = compareColumn('l.run_id', comparison)
  return {
    text: `(${made.text} or exists (select 1 from trace_runs l where l.trace_id = t.trace_id and ${linked.text}))`,
    values: [...made.values, ...linked.values],
  }
}

function promptCondition(comparison: Comparison): Fragment {
  const { text, values } = compareColumn('p.prompt', comparison)
  return { text: `exists (select 1 from trace_prompts p where p.trace = t.id and ${text})`, values }
}

function toOrder({ identifier, descending }: OrderClause): Fragment {
  const { kind, key } = identifier
  if (kind !== 'tag' && kind !== 'metadata') {
    return { text: orderByColumn(getAttributeColumn(columns, identifier), descending), values: [] }
  }
  const value = entryValue(kind === 'tag' ? 'trace_tags' : 'trace_metadata')
  return { text: orderByColumn(value, descending), values: [key, key] }
}
