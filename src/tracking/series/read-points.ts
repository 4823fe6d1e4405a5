import type { Sql } from '../../store/database.ts'
import { type ChunkRow, type KeyRange, listChunkRows, loadChunk, walkChunkRows, wholeRange } from './chunk-rows.ts'
import { listLoosePoints } from './loose-points.ts'
import {
  comparePoints,
  concatPoints,
  findFirstFrom,
  getPoint,
  mergePoints,
  type PointKey,
  type Points,
  slicePoints,
} from './points.ts'

/** All points of a series that lie in the range. */
export async function readPoints(sql: Sql, seriesRowId: number, range: KeyRange = wholeRange): Promise<Points> {
  const sealed = await readSealedPoints(sql, seriesRowId, range)
  return mergePoints(sealed, await listLoosePoints(sql, seriesRowId, range))
}

/** Points in the range that lie in chunks. */
export async function readSealedPoints(sql: Sql, seriesRowId: number, range: KeyRange): Promise<Points> {
  const parts: Points[] = []
  for (const chunk of await listChunkRows(sql, seriesRowId, 0, range)) {
    parts.push(cutOut(await loadChunk(sql, chunk), range))
  }
  return concatPoints(parts)
}

/** The points that lie in the range. */
export function cutOut(points: Points, { from, to }: KeyRange): Points {
  const start = findFirstFrom(points, from)
  const end = findFirstFrom(points, to)
  const isEndIncluded = end < points.steps.length && comparePoints(getPoint(points, end), to) === 0
  return slicePoints(points, start, isEndIncluded ? end + 1 : end)
}

/** At most `limit` points that come after `after`, by default the first; reads the chunks that they lie in and no others. */
export async function readAfter(
  sql: Sql,
  seriesRowId: number,
  after: PointKey | undefined,
  limit: number,
): Promise<Points> {
  const parts: Points[] = []
  let count = 0
  for await (const chunk of walkChunkRows(sql, seriesRowId, after)) {
    const points = dropUpTo(await loadChunk(sql, chunk), after)
    parts.push(points)
    count += points.steps.length
    if (count >= limit) break
  }
  const sealed = concatPoints(parts)
  const to = count < limit ? wholeRange.to : getPoint(sealed, count - 1)
  const loose = await listLoosePoints(sql, seriesRowId, { from: after ?? wholeRange.from, to }, limit + 1)
  return slicePoints(mergePoints(sealed, dropUpTo(loose, after)), 0, limit)
}

function dropUpTo(points: Points, key: PointKey | undefined): Points {
  if (key === undefined) return points
  const index = findFirstFrom(points, key)
  const isThere = index < points.steps.length && comparePoints(getPoint(points, index), key) === 0
  return slicePoints(points, isThere ? index + 1 : index)
}

/** At most `limit` points after the first `offset`; reads the chunks that they lie in and no others. */
export async function readPage(sql: Sql, seriesRowId: number, offset: number, limit: number): Promise<Points> {
  const chunks = await listChunkRows(sql, seriesRowId, 0, wholeRange)
  const loose = await listLoosePoints(sql, seriesRowId, wholeRange)
  const parts: Points[] = []
  let skip = offset
  let wanted = limit
  const take = (points: Points) => {
    const part = slicePoints(points, skip, skip + wanted)
    skip = Math.max(0, skip - points.steps.length)
    wanted -= part.steps.length
    if (part.steps.length > 0) parts.push(part)
  }
  let late = 0
  for (const [index, chunk] of chunks.entries()) {
    const next = chunks[index + 1]
    // Late points lie between this chunk and the next; after the last one they are not late any more.
    const end = findFirstFrom(loose, next === undefined ? chunk.bucket.last : next.bucket.first)
    if (end === late && skip >= chunk.count) skip -= chunk.count
    else take(mergePoints(await loadChunk(sql, chunk), slicePoints(loose, late, end)))
    late = end
    if (wanted === 0) break
  }
  if (wanted > 0) take(skipKnown(slicePoints(loose, late), chunks.at(-1)))
  return concatPoints(parts)
}

/** The last point of the last chunk may have been logged again. */
function skipKnown(points: Points, last: ChunkRow | undefined): Points {
  if (last === undefined || points.steps.length === 0) return points
  return comparePoints(getPoint(points, 0), last.bucket.last) === 0 ? slicePoints(points, 1) : points
}
