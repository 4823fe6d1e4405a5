import type { Sql } from '../../store/database.ts'
import { toPoint } from '../load-runs.ts'
import { type KeyRange, toKeyValues } from './chunk-rows.ts'
import { type Points, toPoints } from './points.ts'

/** Points of the range that lie in no chunk yet: the newest, and any that came late. */
export async function listLoosePoints(
  sql: Sql,
  seriesRowId: number,
  { from, to }: KeyRange,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Points> {
  const rows = await sql.all(
    `select step, timestamp, value from points
       where series = ? and (step, timestamp, value) >= (?, ?, ?) and (step, timestamp, value) <= (?, ?, ?)
       order by step, timestamp, value limit ?`,
    seriesRowId,
    ...toKeyValues(from),
    ...toKeyValues(to),
    limit,
  )
  return toPoints(rows.map(toPoint))
}
