import type { Sql } from '../../store/database.ts'
import { toPoint } from '../load-runs.ts'
import { type KeyRange, toKeyValues } from './chunk-rows.ts'
import { type PointKey, type Points, toPoints } from './points.ts'

/** Points of the range that lie in no chunk yet: the newest, and any that came late. */
export async function listLoosePoints(
  sql: Sql,
  seriesRowId: number,
  { from, to }: KeyRange,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Points> {
  const inRange = '(step, timestamp, value) >= (?, ?, ?) and (step, timestamp, value) <= (?, ?, ?)'
  const range = [...toKeyValues(from), ...toKeyValues(to)]
  const rows = await sql.all(
    `select step, timestamp, value from points where series = ? and ${inRange}
       union
     select step, timestamp, value from incoming_points
       where run = (select run from series where id = ?) and series = ? and ${inRange}
       order by step, timestamp, value limit ?`,
    seriesRowId,
    ...range,
    seriesRowId,
    seriesRowId,
    ...range,
    limit,
  )
  return toPoints(rows.map(toPoint))
}

/** Deletes loose points up to one of them, which is included. */
export async function deleteLoosePoints(sql: Sql, seriesRowId: number, to: PointKey): Promise<void> {
  const inRange = '(step, timestamp, value) <= (?, ?, ?)'
  await sql.run(`delete from points where series = ? and ${inRange}`, seriesRowId, ...toKeyValues(to))
  await sql.run(
    `delete from incoming_points where run = (select run from series where id = ?) and series = ? and ${inRange}`,
    seriesRowId,
    seriesRowId,
    ...toKeyValues(to),
  )
}
