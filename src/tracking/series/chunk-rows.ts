import type { Sql, SqlRow, SqlValue } from '../../store/database.ts'
import { findNumber, getNumber } from '../../store/row.ts'
import { fromStoredValue, toPoint, toStoredValue } from '../metric-value.ts'
import { type Bucket, summarize } from './bucket.ts'
import { decodeChunk, encodeChunk, isChunkWhole } from './chunk-codec.ts'
import { comparePoints, type PointKey, type Points } from './points.ts'

/** One row of the table `chunks`: at level 0 a chunk of points, above it what four rows of the level below sum up to. */
export interface ChunkRow {
  readonly level: number
  readonly bucket: Bucket
  /** Of all points below. */
  readonly count: number
  /** Where a chunk's points are; undefined above level 0. */
  readonly dataId: number | undefined
}

/** The part of a series that a query is about; both ends included. */
export interface KeyRange {
  readonly from: PointKey
  readonly to: PointKey
}

export const wholeRange: KeyRange = {
  from: { step: -Number.MAX_SAFE_INTEGER, timestamp: 0, value: -Infinity },
  to: { step: Number.MAX_SAFE_INTEGER, timestamp: Number.MAX_SAFE_INTEGER, value: Number.NaN },
}

export function toKeyValues({ step, timestamp, value }: PointKey): SqlValue[] {
  return [step, timestamp, toStoredValue(value)]
}

/** Rows of a level that may hold points of the range, in order. */
export async function listChunkRows(
  sql: Sql,
  seriesRowId: number,
  level: number,
  { from, to }: KeyRange,
): Promise<ChunkRow[]> {
  // The row that begins before the range may reach into it.
  const before = await sql.get(
    `select step, timestamp, value from chunks where series = ? and level = ? and (step, timestamp, value) < (?, ?, ?)
       order by step desc, timestamp desc, value desc limit 1`,
    seriesRowId,
    level,
    ...toKeyValues(from),
  )
  const rows = await sql.all(
    `select * from chunks where series = ? and level = ?
       and (step, timestamp, value) >= (?, ?, ?) and (step, timestamp, value) <= (?, ?, ?)
       order by step, timestamp, value`,
    seriesRowId,
    level,
    ...toKeyValues(before === undefined ? from : toPoint(before)),
    ...toKeyValues(to),
  )
  return rows.map(toChunkRow).filter(({ bucket }) => comparePoints(bucket.last, from) >= 0)
}

/** Rows that `walkChunkRows` reads at a time. */
const walkedAtOnce = 32

/** Chunks, in order, from the one on that may hold points after `after`, by default all; a few rows are read at a time. */
export async function* walkChunkRows(sql: Sql, seriesRowId: number, after?: PointKey): AsyncGenerator<ChunkRow> {
  const keys = 'series = ? and level = 0 and (step, timestamp, value)'
  const first =
    after &&
    (await sql.get(
      `select step, timestamp, value from chunks where ${keys} <= (?, ?, ?)
         order by step desc, timestamp desc, value desc limit 1`,
      seriesRowId,
      ...toKeyValues(after),
    ))
  let from = first === undefined ? wholeRange.from : toPoint(first)
  for (let comparison = '>='; ; comparison = '>') {
    const rows = await sql.all(
      `select * from chunks where ${keys} ${comparison} (?, ?, ?) order by step, timestamp, value limit ?`,
      seriesRowId,
      ...toKeyValues(from),
      walkedAtOnce,
    )
    yield* rows.map(toChunkRow)
    const last = rows.at(-1)
    if (last === undefined || rows.length < walkedAtOnce) return
    from = toPoint(last)
  }
}

/** All rows of a level, in order. */
export async function listLevel(sql: Sql, seriesRowId: number, level: number): Promise<ChunkRow[]> {
  const rows = await sql.all(
    'select * from chunks where series = ? and level = ? order by step, timestamp, value',
    seriesRowId,
    level,
  )
  return rows.map(toChunkRow)
}

/** The last row of a level. */
export async function findLastChunkRow(sql: Sql, seriesRowId: number, level: number): Promise<ChunkRow | undefined> {
  const row = await sql.get(
    `select * from chunks where series = ? and level = ? order by step desc, timestamp desc, value desc limit 1`,
    seriesRowId,
    level,
  )
  return row === undefined ? undefined : toChunkRow(row)
}

export async function loadChunk(sql: Sql, { dataId }: ChunkRow): Promise<Points> {
  const bytes = await findChunkBytes(sql, dataId)
  if (bytes === undefined) throw new TypeError(`The points of chunk ${dataId} are missing.`)
  return decodeChunk(bytes)
}

/** As `loadChunk`; undefined when the points are missing or not what was written. */
export async function verifyChunk(sql: Sql, { dataId }: ChunkRow): Promise<Points | undefined> {
  const bytes = await findChunkBytes(sql, dataId)
  if (bytes === undefined || !isChunkWhole(bytes)) return undefined
  try {
    return decodeChunk(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

async function findChunkBytes(sql: Sql, dataId: number | undefined): Promise<Uint8Array | undefined> {
  const row = dataId === undefined ? undefined : await sql.get('select points from chunk_data where id = ?', dataId)
  const bytes = row?.['points']
  return bytes instanceof Uint8Array ? bytes : undefined
}

/** Stores points, at least one, as a chunk of level 0. */
export async function insertChunk(sql: Sql, seriesRowId: number, points: Points): Promise<void> {
  const added = await sql.get('insert into chunk_data (points) values (?) returning id', encodeChunk(points))
  await insertChunkRow(sql, seriesRowId, {
    level: 0,
    bucket: summarize(points),
    count: points.steps.length,
    dataId: getNumber(added ?? {}, 'id'),
  })
}

export async function insertChunkRow(
  sql: Sql,
  seriesRowId: number,
  { level, bucket, count, dataId }: ChunkRow,
): Promise<void> {
  await sql.run(
    `insert into chunks (series, level, step, timestamp, value, last_step, last_timestamp, last_value,
         min, max, min_timestamp, max_timestamp, specials, count, data)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    seriesRowId,
    level,
    ...toKeyValues(bucket.first),
    ...toKeyValues(bucket.last),
    Number.isNaN(bucket.min) ? null : bucket.min,
    Number.isNaN(bucket.max) ? null : bucket.max,
    bucket.minTimestamp,
    bucket.maxTimestamp,
    bucket.specials,
    count,
    dataId ?? null,
  )
}

export async function deleteChunk(sql: Sql, seriesRowId: number, { bucket, dataId }: ChunkRow): Promise<void> {
  await sql.run(
    'delete from chunks where series = ? and level = 0 and step = ? and timestamp = ? and value = ?',
    seriesRowId,
    ...toKeyValues(bucket.first),
  )
  await sql.run('delete from chunk_data where id = ?', dataId ?? null)
}

export function toChunkRow(row: SqlRow): ChunkRow {
  return {
    level: getNumber(row, 'level'),
    count: getNumber(row, 'count'),
    dataId: findNumber(row, 'data'),
    bucket: {
      first: toPoint(row),
      last: {
        step: getNumber(row, 'last_step'),
        timestamp: getNumber(row, 'last_timestamp'),
        value: fromStoredValue(row['last_value']),
      },
      min: findNumber(row, 'min') ?? Number.NaN,
      max: findNumber(row, 'max') ?? Number.NaN,
      minTimestamp: getNumber(row, 'min_timestamp'),
      maxTimestamp: getNumber(row, 'max_timestamp'),
      specials: getNumber(row, 'specials'),
    },
  }
}
