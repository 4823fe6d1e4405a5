import type { Sql } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'
import { mergeBuckets } from './bucket.ts'
import {
  type ChunkRow,
  deleteChunk,
  findLastChunkRow,
  insertChunk,
  insertChunkRow,
  listChunkRows,
  loadChunk,
  toKeyValues,
  wholeRange,
} from './chunk-rows.ts'
import {
  comparePoints,
  findFirstFrom,
  getPoint,
  mergePoints,
  type PointKey,
  type Points,
  slicePoints,
} from './points.ts'
import { deleteLoosePoints, listLoosePoints } from './loose-points.ts'

/** Points of a chunk when it is made; one that late points were merged into may hold up to twice as many. */
export const chunkLength = 512

/** The newest points stay loose for a while, so that workers that are a little behind each other need no merging. */
const looseLength = 256

/** Rows of one level that a row of the next level sums up. */
export const fanOut = 4

/** A series is looked at once so many points were written since the last time. */
export const sealAfter = chunkLength

/** Points taken from the loose ones at a time: bounds the memory and the length of a transaction. */
const maxSealedAtOnce = 64 * chunkLength

/**
 * Moves the loose points of a series, but for the newest, into chunks, and brings the levels above up to date. Points
 * that belong among those of earlier chunks are merged into them. A series without enough loose points stays as it is.
 *
 * @returns whether more is left to move
 */
export async function sealSeries(sql: Sql, seriesRowId: number): Promise<boolean> {
  const last = await findLastChunkRow(sql, seriesRowId, 0)
  const loose = await listLoosePoints(sql, seriesRowId, wholeRange, maxSealedAtOnce + looseLength)
  const lateLength = last === undefined ? 0 : countUpTo(loose, last.bucket.last)
  const freshLength = loose.steps.length - lateLength
  const sealedLength = Math.max(0, Math.floor((freshLength - looseLength) / chunkLength)) * chunkLength
  const late = slicePoints(loose, 0, lateLength)
  const changedFrom = await mergeLatePoints(sql, seriesRowId, late)
  for (let offset = lateLength; offset < lateLength + sealedLength; offset += chunkLength) {
    await insertChunk(sql, seriesRowId, slicePoints(loose, offset, offset + chunkLength))
  }
  const movedLength = lateLength + sealedLength
  if (movedLength > 0) {
    // Loose points are moved from the front, so what is left is what comes after the last one moved.
    await deleteLoosePoints(sql, seriesRowId, getPoint(loose, movedLength - 1))
    if (changedFrom !== undefined) await dropLevels(sql, seriesRowId, changedFrom)
    await buildLevels(sql, seriesRowId)
  }
  const isMore = loose.steps.length === maxSealedAtOnce + looseLength
  await sql.run('update series set unsealed = ? where id = ?', isMore ? 2 * sealAfter : 0, seriesRowId)
  return isMore
}

function countUpTo(points: Points, key: PointKey): number {
  const index = findFirstFrom(points, key)
  return index < points.steps.length && comparePoints(getPoint(points, index), key) === 0 ? index + 1 : index
}

/** @returns the first point of the first chunk that changed, before or after, whichever comes first */
async function mergeLatePoints(sql: Sql, seriesRowId: number, late: Points): Promise<PointKey | undefined> {
  if (late.steps.length === 0) return undefined
  const from = getPoint(late, 0)
  const chunks = await listChunkRows(sql, seriesRowId, 0, { from, to: getPoint(late, late.steps.length - 1) })
  const following = chunks.length === 0 ? await getChunkAfter(sql, seriesRowId, from) : chunks
  let offset = 0
  for (const [index, chunk] of following.entries()) {
    const next = following[index + 1]
    const end = next === undefined ? late.steps.length : findFirstFrom(late, next.bucket.first)
    if (end > offset) await mergeIntoChunk(sql, seriesRowId, chunk, slicePoints(late, offset, end))
    offset = end
  }
  const [first] = following
  return first === undefined || comparePoints(from, first.bucket.first) < 0 ? from : first.bucket.first
}

/** Points that lie between two chunks, or before the first, join the one behind them. */
async function getChunkAfter(sql: Sql, seriesRowId: number, from: PointKey): Promise<ChunkRow[]> {
  const [next] = await listChunkRows(sql, seriesRowId, 0, { from, to: wholeRange.to })
  return next === undefined ? [] : [next]
}

async function mergeIntoChunk(sql: Sql, seriesRowId: number, chunk: ChunkRow, late: Points): Promise<void> {
  const points = mergePoints(await loadChunk(sql, chunk), late)
  if (points.steps.length === chunk.count) return
  await deleteChunk(sql, seriesRowId, chunk)
  const parts = Math.ceil(points.steps.length / (2 * chunkLength))
  const partLength = Math.ceil(points.steps.length / parts)
  for (let offset = 0; offset < points.steps.length; offset += partLength) {
    await insertChunk(sql, seriesRowId, slicePoints(points, offset, offset + partLength))
  }
}

/** Drops what sums up anything from `key` on. */
async function dropLevels(sql: Sql, seriesRowId: number, key: PointKey): Promise<void> {
  await sql.run(
    'delete from chunks where series = ? and level > 0 and (last_step, last_timestamp, last_value) >= (?, ?, ?)',
    seriesRowId,
    ...toKeyValues(key),
  )
}

/** Sums up four rows of a level by one of the next, as far as there are four that are not summed up yet. */
export async function buildLevels(sql: Sql, seriesRowId: number): Promise<void> {
  for (let level = 0; ; level++) {
    const summedUp = await findLastChunkRow(sql, seriesRowId, level + 1)
    const rows = await listRowsAfter(sql, seriesRowId, level, summedUp?.bucket.last)
    if (rows.length < fanOut) return
    for (let start = 0; start + fanOut <= rows.length; start += fanOut) {
      const children = rows.slice(start, start + fanOut)
      await insertChunkRow(sql, seriesRowId, {
        level: level + 1,
        bucket: mergeBuckets(children.map(({ bucket }) => bucket)),
        count: children.reduce((count, child) => count + child.count, 0),
        dataId: undefined,
      })
    }
  }
}

async function listRowsAfter(
  sql: Sql,
  seriesRowId: number,
  level: number,
  after: PointKey | undefined,
): Promise<ChunkRow[]> {
  const range = after === undefined ? wholeRange : { from: after, to: wholeRange.to }
  const rows = await listChunkRows(sql, seriesRowId, level, range)
  return after === undefined ? rows : rows.filter(({ bucket }) => comparePoints(bucket.first, after) > 0)
}

/** A series that has more than enough loose points, as those of a store that knew no chunks yet. */
export async function findUnsealedSeries(sql: Sql): Promise<number | undefined> {
  const row = await sql.get(`select id from series where ${isUnsealed} limit 1`)
  return row === undefined ? undefined : getNumber(row, 'id')
}

export async function countUnsealedSeries(sql: Sql): Promise<number> {
  return getNumber((await sql.get(`select count(*) as count from series where ${isUnsealed}`)) ?? {}, 'count')
}

/** Those that the next write looks at anyway are left to it. */
const isUnsealed = `unsealed >= ${2 * sealAfter}`
