import type { ExperimentId } from '../../protocol/ids.ts'
import { isPointColumn, type TableColumn } from '../../protocol/run-table.ts'
import type { Sql, SqlValue } from '../../store/database.ts'
import { selectColumns } from '../../store/dialect.ts'
import { toExperimentRowId } from '../experiment-rows.ts'
import { findIndex, toExpression } from './columns.ts'
import { loadPointCells } from './point-cells.ts'

/** From so many runs on, reading a whole index costs less than looking each run up. */
const indexFrom = 5000

/** What a cell holds; undefined for none. */
export function toValue(cell: SqlValue): string | number | undefined {
  return typeof cell === 'number' || typeof cell === 'string' ? cell : undefined
}

/** The values of a column for runs by their row ids; null where a run has none. */
export async function loadCells(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  ids: readonly number[],
  column: TableColumn,
): Promise<SqlValue[]> {
  if (isPointColumn(column)) return loadPointCells(sql, ids, column)
  const index = ids.length < indexFrom ? undefined : findIndex(column)
  if (index !== undefined) {
    const cells = await loadIndexed(sql, experimentIds, index)
    return ids.map((id) => cells[id] ?? null)
  }
  const { text, values } = toExpression(column)
  const found = await sql.all(
    `select ${text} as value from json_each(?) i cross join runs r
       where r.id = cast(i.value as bigint) order by i.key`,
    ...values,
    JSON.stringify(ids),
  )
  if (found.length !== ids.length) throw new TypeError('A run is missing from its own table.')
  return found.map((row) => row['value'] ?? null)
}

/** The value of every run of the experiments that has one, at the place of the run's row id. */
async function loadIndexed(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
  { table, value, key }: NonNullable<ReturnType<typeof findIndex>>,
): Promise<(SqlValue | undefined)[]> {
  const [runs = [], found = []] = await selectColumns(sql, ['run', value], {
    from: `${table} where experiment in (select cast(value as bigint) from json_each(?)) and key = ?`,
    values: [JSON.stringify(experimentIds.map(toExperimentRowId)), key],
  })
  const cells: (SqlValue | undefined)[] = []
  for (const [index, cell] of found.entries()) {
    cells[Number(runs[index])] = typeof cell === 'number' || typeof cell === 'string' ? cell : null
  }
  return cells
}
