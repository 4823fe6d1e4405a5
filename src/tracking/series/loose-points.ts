import type { Sql, SqlValue } from '../../store/database.ts'
import { toPoint } from '../metric-value.ts'
import { type KeyRange, toKeyValues } from './chunk-rows.ts'
import { type PointKey, type Points, toPoints } from './points.ts'

/** Series, step, timestamp, stored value. */
export type PointRow = readonly [seriesRowId: number, step: number, timestamp: number, value: SqlValue]

/** One stored before changes nothing. */
export async function insertLoosePoints(sql: Sql, rows: readonly PointRow[]): Promise<void> {
  const bigint = (at: number) => `cast(c ->> ${at} as bigint)`
  const statement = {
    sqlite: 'insert into points (series, step, timestamp, value) values (?, ?, ?, ?) on conflict do nothing',
    postgres: `insert into points (series, step, timestamp, value)
      select ${bigint(0)}, ${bigint(1)}, ${bigint(2)}, cast(c ->> 3 as double precision) from each on conflict do nothing`,
  }
  await sql.runForAll(statement, rows)
}

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

/** Deletes loose points up to one of them, which is included. */
export async function deleteLoosePoints(sql: Sql, seriesRowId: number, to: PointKey): Promise<void> {
  await sql.run(
    'delete from points where series = ? and (step, timestamp, value) <= (?, ?, ?)',
    seriesRowId,
    ...toKeyValues(to),
  )
}
