import type { Methods, RunColumn } from '../protocol/methods.ts'
import { parseRunFilter } from '../protocol/mlflow/filter.ts'
import { parseRunOrder } from '../protocol/mlflow/order-by.ts'
import { hasEnded } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { toRunRow } from './run-rows.ts'
import { countRuns, searchRunRows } from './run-search.ts'
import type { SearchQuery } from './tracking.ts'

const tables = { metric: 'series', param: 'params', tag: 'tags' } as const

/** Runs as lists show them: their own columns and the asked-for values, nothing else. */
export async function listRuns(
  sql: Sql,
  params: Methods['runs/list']['params'],
): Promise<Methods['runs/list']['result']> {
  const { experimentIds, filter, orderBy, view, columns = [], limit = 1000, pageToken } = params
  const query: SearchQuery = {
    limit,
    ...(filter === undefined ? {} : { filter: parseRunFilter(filter) }),
    ...(orderBy === undefined ? {} : { orderBy: parseRunOrder(orderBy) }),
    ...(view === undefined ? {} : { view }),
    ...(pageToken === undefined ? {} : { pageToken }),
  }
  const { rows, nextPageToken } = await searchRunRows(sql, experimentIds, query)
  const ids = JSON.stringify(rows.map((row) => getNumber(row, 'id')))
  const supervisors = await loadColumn(sql, ids, { kind: 'tag', key: tagNames.supervisor })
  const values: ReadonlyMap<number, string | number>[] = []
  for (const column of columns) values.push(await loadColumn(sql, ids, column))
  const isWhole = nextPageToken === undefined && (pageToken === undefined || pageToken === '')
  return {
    runs: rows.map((row) => {
      const rowId = getNumber(row, 'id')
      const run = toRunRow(row)
      const stoppable = supervisors.has(rowId) && !hasEnded(run.status) && run.lifecycleStage === 'active'
      return { ...run, values: values.map((column) => column.get(rowId) ?? null), stoppable }
    }),
    total: isWhole ? rows.length : await countRuns(sql, experimentIds, query),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  }
}

async function loadColumn(sql: Sql, ids: string, { kind, key }: RunColumn): Promise<Map<number, string | number>> {
  const rows = await sql.all(
    `select v.run, v.value from json_each(?) i cross join ${tables[kind]} v
       where v.run = cast(i.value as bigint) and v.key = ?`,
    ids,
    key,
  )
  return new Map(
    rows.map((row) => [
      getNumber(row, 'run'),
      typeof row['value'] === 'number' ? row['value'] : kind === 'metric' ? Number.NaN : getText(row, 'value'),
    ]),
  )
}
