import type { Sql, SqlValue } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'

/**
 * A batch with a few points of each of many series would change a page of the file for each of them. Its points wait side
 * by side with those of the run's other batches, and join the loose ones many at a time: a batch of 100 metrics changes 50
 * pages instead of 200. Whoever reads loose points reads these too.
 */

/** From so many series on, with fewer points each than the next figure, points of a batch wait. */
const manySeries = 16
const fewPoints = 8

/** So many points of a run wait; reading one of its series goes through them all, some 0.1 ms. */
const waitingLength = 2048

/** Series, step, timestamp, stored value. */
export type PointRow = readonly [seriesRowId: number, step: number, timestamp: number, value: SqlValue]

const bigint = (at: number) => `cast(c ->> ${at} as bigint)`
const point = `${bigint(0)}, ${bigint(1)}, ${bigint(2)}, cast(c ->> 3 as double precision)`

const insertLoose = {
  sqlite: 'insert into points (series, step, timestamp, value) values (?, ?, ?, ?) on conflict do nothing',
  postgres: `insert into points (series, step, timestamp, value) select ${point} from each on conflict do nothing`,
}
const insertIncoming = {
  sqlite: `insert into incoming_points (series, step, timestamp, value, run) values (?, ?, ?, ?, ?)
    on conflict do nothing`,
  postgres: `insert into incoming_points (series, step, timestamp, value, run) select ${point}, ${bigint(4)} from each
    on conflict do nothing`,
}

/** Stores the points of a batch, of so many series, where they cost least. One stored before changes nothing. */
export async function writeLoosePoints(
  sql: Sql,
  runRowId: number,
  rows: readonly PointRow[],
  seriesCount: number,
): Promise<void> {
  if (seriesCount < manySeries || rows.length >= fewPoints * seriesCount) return sql.runForAll(insertLoose, rows)
  await sql.runForAll(
    insertIncoming,
    rows.map((row) => [...row, runRowId]),
  )
  const counted = await sql.get('select count(*) as count from incoming_points where run = ?', runRowId)
  if (getNumber(counted ?? {}, 'count') >= waitingLength) await settleIncomingPoints(sql, runRowId)
}

/** Puts the points of a run that wait among the loose ones. */
export async function settleIncomingPoints(sql: Sql, runRowId: number): Promise<void> {
  const target = 'insert into points (series, step, timestamp, value) select series, step, timestamp, value'
  if (sql.dialect === 'postgres') {
    await sql.run(
      `with moved as (delete from incoming_points where run = ? returning series, step, timestamp, value)
         ${target} from moved on conflict do nothing`,
      runRowId,
    )
    return
  }
  await sql.run(
    `${target} from incoming_points where run = ? order by series, step, timestamp, value on conflict do nothing`,
    runRowId,
  )
  await sql.run('delete from incoming_points where run = ?', runRowId)
}
