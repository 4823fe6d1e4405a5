import { toColumnValues } from '../../protocol/column-values.ts'
import { parseTableFilter } from '../../protocol/mlflow/filter.ts'
import type { Filter } from '../../protocol/mlflow/search.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { Methods } from '../../protocol/methods.ts'
import type { ColumnValues, TableQuery } from '../../protocol/run-table.ts'
import type { Sql } from '../../store/database.ts'
import { toExperimentRowId } from '../experiment-rows.ts'
import type { Page } from '../metric-order.ts'
import { selectRuns, toRunRow } from '../run-rows.ts'
import { countRuns, listRunIds, type RunQuery, selectRunIds } from '../run-search.ts'
import { loadCells, toValue } from './cells.ts'
import { toOrderTerms } from './columns.ts'
import { loadPointCells } from './point-cells.ts'
import { leaveOutKnown } from './row-delta.ts'

const defaultLimit = 100

/** The rows of a table that are looked at, and nothing else of the store. */
export async function loadTableRows(
  sql: Sql,
  {
    columns,
    order = [],
    offset = 0,
    limit = defaultLimit,
    areTotalsKnown = false,
    known,
    ...query
  }: Methods['table/rows']['params'],
): Promise<Methods['table/rows']['result']> {
  const { experimentIds, view } = query
  const search = { filter: await parseQueryFilter(sql, query), ...(view === undefined ? {} : { view }) }
  const terms = await toOrderTerms(sql.dialect, order, async (column) => {
    const ids = await listRunIds(sql, experimentIds, { ...search, orderBy: [] })
    const cells = await loadPointCells(sql, ids, column)
    return new Map(ids.map((id, index) => [id, cells[index] ?? null]))
  })
  const page = { offset, limit }
  const { ids, total } = await findPage(sql, experimentIds, { ...search, orderBy: terms }, page, areTotalsKnown)
  const rows = await selectRuns(sql, ids)
  const values: ColumnValues[] = []
  for (const column of columns) {
    const cells = await loadCells(sql, experimentIds, ids, column)
    values.push(toColumnValues(column, cells.map(toValue)))
  }
  const answer = {
    rows: rows.map((row) => {
      const { runId, experimentId, name, status, lifecycleStage } = toRunRow(row)
      return { runId, experimentId, name, status, lifecycleStage }
    }),
    columns: values,
    ...(total === undefined
      ? {}
      : {
          total,
          runCount: search.filter.length === 0 ? total : await countRuns(sql, experimentIds, { ...search, filter: [] }),
        }),
  }
  return known === undefined ? answer : leaveOutKnown(answer, known)
}

async function findPage(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  query: RunQuery,
  { offset, limit }: Page,
  isTotalKnown: boolean,
): Promise<{ ids: readonly number[]; total?: number }> {
  const { filter = [], orderBy } = query
  if (isTotalKnown) return { ids: await selectRunIds(sql, experimentIds, query, { offset, limit }) }
  if (filter.length > 0 && orderBy.length === 0) {
    // What costs is to find which match, once for both.
    const all = await listRunIds(sql, experimentIds, query)
    return { ids: all.slice(offset, offset + limit), total: all.length }
  }
  return {
    ids: await selectRunIds(sql, experimentIds, query, { offset, limit }),
    total: await countRuns(sql, experimentIds, query),
  }
}

/** A name that stands alone is a metric when one was logged under it in these experiments, else a param. */
export async function parseQueryFilter(sql: Sql, { experimentIds, filter = '' }: TableQuery): Promise<Filter> {
  const metrics = new Set<string>()
  // Names are looked up before the filter is read: reading waits for nothing.
  for (const [name] of filter.matchAll(/`[^`]*`|"[^"]*"|[\p{L}\p{N}_./:-]+/gu)) {
    const key = name.replace(/^(`|")(.*)\1$/s, '$2')
    const row = await sql.get(
      'select 1 from series where experiment in (select cast(value as bigint) from json_each(?)) and key = ? limit 1',
      JSON.stringify(experimentIds.map(toExperimentRowId)),
      key,
    )
    if (row !== undefined) metrics.add(key)
  }
  return parseTableFilter(filter, (name) => (metrics.has(name) ? 'metric' : 'param'))
}
