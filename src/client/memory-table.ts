import { parseTableFilter } from '../protocol/mlflow/filter.ts'
import type { Methods } from '../protocol/methods.ts'
import type { TableQuery } from '../protocol/run-table.ts'
import { groupRuns } from './memory-table/group-runs.ts'
import { matches } from './memory-table/match-filter.ts'
import type { MemoryRun } from './memory-table/memory-run.ts'
import { compareRuns } from './memory-table/sort-runs.ts'
import { summarizeColumn } from './memory-table/summarize-column.ts'
import { toColumnValues } from '../protocol/column-values.ts'

export type { MemoryRun } from './memory-table/memory-run.ts'

type Result<M extends keyof Methods> = Methods[M]['result']
type Params<M extends keyof Methods> = Methods[M]['params']

/** The methods of a table of runs over runs that are all at hand, with the meaning they have in the engine. */
export interface MemoryTable {
  rows(params: Params<'table/rows'>): Result<'table/rows'>
  groups(params: Params<'table/groups'>): Result<'table/groups'>
  statistics(params: Params<'table/statistics'>): Result<'table/statistics'>
}

const maxGroups = 1000

/** @param metricKeys what a name that stands alone in a filter is first looked up in */
export function createMemoryTable(runs: readonly MemoryRun[], metricKeys: ReadonlySet<string>): MemoryTable {
  /** @throws INVALID_PARAMETER_VALUE naming the place of a mistake in the filter */
  function find({ experimentIds, filter = '', view = 'ACTIVE_ONLY' }: TableQuery): MemoryRun[] {
    const comparisons = parseTableFilter(filter, (name) => (metricKeys.has(name) ? 'metric' : 'param'))
    const stage = view === 'ALL' ? undefined : view === 'ACTIVE_ONLY' ? 'active' : 'deleted'
    return runs.filter(
      (run) =>
        experimentIds.includes(run.experimentId) &&
        (stage === undefined || run.lifecycleStage === stage) &&
        comparisons.every((comparison) => matches(run, comparison)),
    )
  }

  return {
    rows({ columns, order = [], offset = 0, limit = 100, areTotalsKnown = false, ...query }) {
      const found = find(query).toSorted((a, b) => compareRuns(order, a, b))
      const page = found.slice(offset, offset + limit)
      const totals = { total: found.length, runCount: areTotalsKnown ? 0 : find({ ...query, filter: '' }).length }
      return {
        rows: page.map(({ runId, experimentId, name, status, lifecycleStage }) => ({
          runId,
          experimentId,
          name,
          status,
          lifecycleStage,
        })),
        columns: columns.map((column) =>
          toColumnValues(
            column,
            page.map((run) => run.value(column)),
          ),
        ),
        ...(areTotalsKnown ? {} : totals),
      }
    },
    groups: ({ by, metrics, ...query }) => groupRuns(find(query), by, metrics, maxGroups),
    statistics({ columns, ...query }) {
      const found = find(query)
      return {
        columns: columns.map((column) =>
          summarizeColumn(
            column,
            found.map((run) => run.value(column)),
          ),
        ),
      }
    },
  }
}
