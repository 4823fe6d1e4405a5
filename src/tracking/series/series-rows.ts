import type { MetricPoint } from '../../protocol/runs.ts'
import type { Sql, SqlRow, SqlValue } from '../../store/database.ts'
import { findNumber, getNumber, getText } from '../../store/row.ts'
import { noteKey } from '../logged-keys.ts'
import { isLater, toPoint, toStoredValue } from '../metric-value.ts'

/** The run that series belong to, and its experiment, by their row ids. */
export interface SeriesOwner {
  readonly runRowId: number
  readonly experimentRowId: number
}

/** The rows of a run's series by key, as far as they are there. */
export async function loadSeriesRows(
  sql: Sql,
  { runRowId }: SeriesOwner,
  keys: readonly string[],
): Promise<Map<string, SqlRow>> {
  const rows = await sql.all(
    `select s.id, s.key, s.step, s.timestamp, s.value, s.min, s.max, s.unsealed, s.late
       from json_each(?) k cross join series s where s.run = ? and s.key = k.value`,
    JSON.stringify(keys),
    runRowId,
  )
  return new Map(rows.map((row) => [getText(row, 'key'), row]))
}

/** What `updateSeriesRows` writes of a series: step, timestamp and value of its latest point, extremes, counts, its id. */
export type SeriesUpdate = readonly SqlValue[]

/**
 * What becomes of the row of a series with new points, at least one. One that is new is written at once, because points
 * refer to it.
 *
 * @param series.known its row before, if it has one
 * @returns `latest` when it changed, the points that are to be looked at for sealing, and what `updateSeriesRows` is to be
 *   given
 */
export async function placeInSeries(
  sql: Sql,
  { runRowId, experimentRowId }: SeriesOwner,
  series: { readonly key: string; readonly known: SqlRow | undefined; readonly points: readonly MetricPoint[] },
): Promise<{
  seriesRowId: number
  latest: MetricPoint | undefined
  unsealed: number
  update: SeriesUpdate | undefined
}> {
  const { key, known, points } = series
  const { step, timestamp, value } = points.reduce((latest, point) => (isLater(point, latest) ? point : latest))
  const newest = { step, timestamp, value }
  const { min, max } = widen(known, points)
  if (known === undefined) {
    const added = await sql.get(
      `insert into series (run, experiment, key, step, timestamp, value, min, max, unsealed)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
      runRowId,
      experimentRowId,
      key,
      step,
      timestamp,
      toStoredValue(value),
      min,
      max,
      points.length,
    )
    await noteKey(sql, runRowId, 'metric', key)
    return { seriesRowId: getNumber(added ?? {}, 'id'), latest: newest, unsealed: points.length, update: undefined }
  }
  const seriesRowId = getNumber(known, 'id')
  const unsealed = points.length + getNumber(known, 'unsealed')
  const isChanged = isLater(newest, toPoint(known))
  const latest = isChanged ? newest : toPoint(known)
  const update = [
    latest.step,
    latest.timestamp,
    toStoredValue(latest.value),
    min,
    max,
    unsealed,
    getNumber(known, 'late') + (points.some((point) => isLate(point, known)) ? 1 : 0),
    seriesRowId,
  ]
  return { seriesRowId, latest: isChanged ? newest : undefined, unsealed, update }
}

/** Each of another series. */
export async function updateSeriesRows(sql: Sql, updates: readonly SeriesUpdate[]): Promise<void> {
  const number = (at: number) => `cast(c ->> ${at} as double precision)`
  const whole = (at: number) => `cast(c ->> ${at} as bigint)`
  const statement = {
    sqlite:
      'update series set step = ?, timestamp = ?, value = ?, min = ?, max = ?, unsealed = ?, late = ? where id = ?',
    postgres: `update series set step = ${whole(0)}, timestamp = ${whole(1)}, value = ${number(2)}, min = ${number(3)},
      max = ${number(4)}, unsealed = ${whole(5)}, late = ${whole(6)} from each where series.id = ${whole(7)}`,
  }
  await sql.runForAll(statement, updates)
}

/** Whether a point does not come after the latest one by step and time. */
function isLate({ step, timestamp }: MetricPoint, known: SqlRow): boolean {
  const latestStep = getNumber(known, 'step')
  return step < latestStep || (step === latestStep && timestamp <= getNumber(known, 'timestamp'))
}

/** The least and greatest finite value, old and new; null when there is none. */
function widen(known: SqlRow | undefined, points: readonly MetricPoint[]): { min: number | null; max: number | null } {
  let min = (known && findNumber(known, 'min')) ?? Infinity
  let max = (known && findNumber(known, 'max')) ?? -Infinity
  for (const { value } of points) {
    if (!Number.isFinite(value)) continue
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  return min <= max ? { min, max } : { min: null, max: null }
}
