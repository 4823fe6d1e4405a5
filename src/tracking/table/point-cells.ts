import { RunwrightError } from '../../protocol/errors.ts'
import type { PointColumn } from '../../protocol/run-table.ts'
import type { Sql, SqlRow, SqlValue } from '../../store/database.ts'
import { findNumber, getNumber } from '../../store/row.ts'
import { fromStoredValue } from '../metric-value.ts'
import { decodeChunk } from '../series/chunk-codec.ts'
import { formatInteger } from '../../protocol/quantities.ts'
import { comparePoints, findFirstFrom, getPoint, type PointKey, type Points } from '../series/points.ts'

/** Each run's points are looked into, some 20 µs a run: so many that others do not wait for long. */
export const maxPointRuns = 20_000

/** A run by its row id, and a step of it. */
interface Place {
  readonly run: number
  readonly step: number
}

/**
 * A column's value for each run, null where it has none.
 *
 * @throws INVALID_PARAMETER_VALUE for more than 20,000 runs
 */
export async function loadPointCells(sql: Sql, ids: readonly number[], column: PointColumn): Promise<SqlValue[]> {
  if (ids.length > maxPointRuns) {
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      `The values of "${column.key}" at single steps can be compared over ${formatInteger(maxPointRuns)} runs at most, but ${formatInteger(ids.length)} match.`,
      { hint: 'Filter the runs first.' },
    )
  }
  const places =
    column.aggregate === 'at-step' ? await listReached(sql, ids, column) : await listBestPlaces(sql, ids, column)
  const values = await loadValuesAt(sql, column.key, places)
  return ids.map((id) => values.get(id) ?? null)
}

/** Runs whose series comes as far as the step. */
async function listReached(
  sql: Sql,
  ids: readonly number[],
  { key, step }: PointColumn & { aggregate: 'at-step' },
): Promise<Place[]> {
  const rows = await sql.all(
    `select s.run from json_each(?) i cross join series s
       where s.run = cast(i.value as bigint) and s.key = ? and s.step >= ?`,
    JSON.stringify(ids),
    key,
    step,
  )
  return rows.map((row) => ({ run: getNumber(row, 'run'), step }))
}

/** The first step at which the other metric is best, of runs that have a finite value of it. */
async function listBestPlaces(
  sql: Sql,
  ids: readonly number[],
  { of, goal }: PointColumn & { aggregate: 'at-best' },
): Promise<Place[]> {
  const best = goal === 'minimize' ? 'min' : 'max'
  const rows = await sql.all(
    `select s.run, s.${best} as best,
       (select min(p.step) from points p where p.series = s.id and p.value = s.${best}) as loose,
       (select d.points from chunks c join chunk_data d on d.id = c.data
          where c.series = s.id and c.level = 0 and c.${best} = s.${best}
          order by c.step, c.timestamp, c.value limit 1) as chunk
       from json_each(?) i cross join series s
       where s.run = cast(i.value as bigint) and s.key = ? and s.${best} is not null`,
    JSON.stringify(ids),
    of,
  )
  return rows.flatMap((row) => {
    const steps = [findNumber(row, 'loose'), findStep(row, getNumber(row, 'best'))].filter((step) => step !== undefined)
    return steps.length === 0 ? [] : [{ run: getNumber(row, 'run'), step: Math.min(...steps) }]
  })
}

function findStep(row: SqlRow, best: number): number | undefined {
  const points = findPoints(row)
  return points?.steps[points.values.indexOf(best)]
}

/** By the row id of the run: the value of the last point at the step or before it. */
async function loadValuesAt(sql: Sql, key: string, places: readonly Place[]): Promise<Map<number, SqlValue>> {
  const before = 'q.series = s.id and q.step <= a.step order by q.step desc, q.timestamp desc, q.value desc limit 1'
  const rows = await sql.all(
    `with places as materialized (
         select cast(json_extract(value, '$[0]') as bigint) as run, cast(json_extract(value, '$[1]') as bigint) as step
           from json_each(?))
       select a.run, a.step as wanted, p.step, p.timestamp, p.value, c.last_step, c.last_timestamp, c.last_value,
         case when c.last_step > a.step then (select d.points from chunk_data d where d.id = c.data) end as chunk
       from places a cross join series s
       left join points p on p.series = s.id
         and (p.step, p.timestamp, p.value) = (select q.step, q.timestamp, q.value from points q where ${before})
       left join chunks c on c.series = s.id and c.level = 0
         and (c.step, c.timestamp, c.value) =
           (select q.step, q.timestamp, q.value from chunks q where q.level = 0 and ${before})
       where s.run = a.run and s.key = ?`,
    JSON.stringify(places.map(({ run, step }) => [run, step])),
    key,
  )
  return new Map(
    rows.flatMap((row) => {
      const found = [findPoint(row, ''), findSealedPoint(row)].filter((point) => point !== undefined)
      const last = found.toSorted(comparePoints).at(-1)
      return last === undefined ? [] : [[getNumber(row, 'run'), last.value] as const]
    }),
  )
}

/** Of the chunk that begins last before the step: its last point, or one within it. */
function findSealedPoint(row: SqlRow): PointKey | undefined {
  const points = findPoints(row)
  if (points === undefined) return findPoint(row, 'last_')
  const after = { step: getNumber(row, 'wanted') + 1, timestamp: -Infinity, value: -Infinity }
  return getPoint(points, findFirstFrom(points, after) - 1)
}

function findPoints(row: SqlRow): Points | undefined {
  const bytes = row['chunk']
  return bytes instanceof Uint8Array ? decodeChunk(bytes) : undefined
}

function findPoint(row: SqlRow, prefix: '' | 'last_'): PointKey | undefined {
  const step = findNumber(row, `${prefix}step`)
  if (step === undefined) return undefined
  return { step, timestamp: getNumber(row, `${prefix}timestamp`), value: fromStoredValue(row[`${prefix}value`]) }
}
