import type { Sql } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'
import { type Bucket, mergeBuckets, summarize } from './bucket.ts'
import { type ChunkRow, type KeyRange, listChunkRows, loadChunk, wholeRange } from './chunk-rows.ts'
import { listLoosePoints } from './loose-points.ts'
import { comparePoints, concatPoints, getPoint, mergePoints, type Points } from './points.ts'
import { cutOut, readSealedPoints } from './read-points.ts'

/** A stretch of the x axis; missing ends are those of the series. */
export interface WindowStretch {
  readonly axis: 'step' | 'timestamp'
  /** Included. */
  readonly from?: number
  /** Included. */
  readonly to?: number
}

export interface WindowQuery extends WindowStretch {
  /** Buckets wanted at most, one for each pixel of the drawing's width for example. 1 or more. */
  readonly maxBuckets: number
  /** A window with so few points comes as points. */
  readonly maxPoints: number
}

/** Every point of the window, or buckets that cover it without a gap, each true for the points it stands for. */
export type Window =
  | { readonly kind: 'points'; readonly points: Points }
  | { readonly kind: 'buckets'; readonly buckets: readonly Bucket[] }

/**
 * Reads a window in time that does not grow with the series: from the top of the pyramid down, a row that is wider than
 * a bucket may be gives way to the four rows below it, and a chunk to its points. Rows do not overlap, so that on each
 * level no more than `maxBuckets` are too wide.
 */
export async function readWindow(sql: Sql, seriesRowId: number, query: WindowQuery): Promise<Window> {
  const range = toKeyRange(query)
  const loose = await listLoosePoints(sql, seriesRowId, range)
  const cover = (await listCover(sql, seriesRowId, range)).filter(({ bucket }) => overlaps(bucket, query))
  const extent = findExtent([...cover.map(({ bucket }) => bucket), ...summarizeAll(loose)], query)
  const pieces = await refine(sql, seriesRowId, cover, {
    query,
    maxWidth: (extent.to - extent.from) / query.maxBuckets,
  })
  const count = pieces.reduce((count, piece) => count + ('bucket' in piece ? piece.count : piece.steps.length), 0)
  if (count + loose.steps.length <= query.maxPoints) {
    const points = mergePoints(await readPieces(sql, seriesRowId, pieces), loose)
    return { kind: 'points', points: cutToWindow(points, query) }
  }
  const cellOf = divide(extent, query.maxBuckets)
  const buckets = pieces.flatMap((piece) => ('bucket' in piece ? [piece.bucket] : groupPoints(piece, query, cellOf)))
  return { kind: 'buckets', buckets: group(absorb(buckets, cutByTime(loose, query)), query, cellOf) }
}

function toKeyRange({ axis, from, to }: WindowStretch): KeyRange {
  if (axis !== 'step') return wholeRange
  return {
    from: from === undefined ? wholeRange.from : { ...wholeRange.from, step: Math.ceil(from) },
    to: to === undefined ? wholeRange.to : { ...wholeRange.to, step: Math.floor(to) },
  }
}

async function findTopLevel(sql: Sql, seriesRowId: number): Promise<number> {
  const row = await sql.get('select max(level) as level from chunks where series = ?', seriesRowId)
  return row === undefined || row['level'] === null ? -1 : getNumber(row, 'level')
}

/** The fewest rows that cover the range: those of the top level, and what each level below has beyond the one above. */
async function listCover(sql: Sql, seriesRowId: number, range: KeyRange): Promise<ChunkRow[]> {
  const rows: ChunkRow[] = []
  for (let level = await findTopLevel(sql, seriesRowId); level >= 0; level--) {
    const known = rows.at(-1)?.bucket.last
    const rest = known === undefined ? range : { from: known, to: range.to }
    for (const row of await listChunkRows(sql, seriesRowId, level, rest)) {
      if (known === undefined || comparePoints(row.bucket.first, known) > 0) rows.push(row)
    }
  }
  return rows
}

interface Refinement {
  readonly query: WindowQuery
  /** In units of the axis. */
  readonly maxWidth: number
}

/** Replaces rows that are too wide by what lies below them; rows and points stay in order. */
async function refine(
  sql: Sql,
  seriesRowId: number,
  rows: readonly ChunkRow[],
  refinement: Refinement,
): Promise<(ChunkRow | Points)[]> {
  const { query, maxWidth } = refinement
  const isWide = ({ bucket }: ChunkRow) => widthOf(bucket, query.axis) > maxWidth
  const pieces: (ChunkRow | Points)[] = []
  for (let start = 0; start < rows.length;) {
    const row = rows[start]
    if (row === undefined) break
    let end = start + 1
    if (!isWide(row)) {
      pieces.push(row)
    } else if (row.level === 0) {
      pieces.push(cutToWindow(await loadChunk(sql, row), query))
    } else {
      // Neighbours of one level that are all too wide are replaced by one statement.
      while (rows[end]?.level === row.level && isWide(rows[end] ?? row)) end += 1
      const range = { from: row.bucket.first, to: rows[end - 1]?.bucket.last ?? row.bucket.last }
      const below = await listChunkRows(sql, seriesRowId, row.level - 1, range)
      const visible = below.filter(({ bucket }) => overlaps(bucket, query))
      pieces.push(...(await refine(sql, seriesRowId, visible, refinement)))
    }
    start = end
  }
  return pieces
}

/** The points of the pieces, which on an axis of time may be few of a long series. */
async function readPieces(sql: Sql, seriesRowId: number, pieces: readonly (ChunkRow | Points)[]): Promise<Points> {
  const parts: Points[] = []
  for (const piece of pieces) {
    if (!('bucket' in piece)) parts.push(piece)
    else parts.push(await readSealedPoints(sql, seriesRowId, { from: piece.bucket.first, to: piece.bucket.last }))
  }
  return concatPoints(parts)
}

function widthOf(bucket: Bucket, axis: WindowQuery['axis']): number {
  const { start, end } = extentOf(bucket, axis)
  return end - start
}

/** Puts single points where they belong: into the bucket they lie in, or as buckets of their own. */
function absorb(buckets: readonly Bucket[], loose: Points): Bucket[] {
  const all: Bucket[] = []
  let next = 0
  for (const bucket of buckets) {
    const inside: Bucket[] = []
    for (; next < loose.steps.length; next++) {
      const point = getPoint(loose, next)
      if (comparePoints(point, bucket.last) > 0) break
      if (comparePoints(point, bucket.first) < 0) all.push(summarize(loose, next, next + 1))
      else inside.push(summarize(loose, next, next + 1))
    }
    const { first, last } = bucket
    all.push(inside.length === 0 ? bucket : { ...mergeBuckets([bucket, ...inside]), first, last })
  }
  for (; next < loose.steps.length; next++) all.push(summarize(loose, next, next + 1))
  return all
}

function overlaps(bucket: Bucket, { axis, from = -Infinity, to = Infinity }: WindowQuery): boolean {
  const { start, end } = extentOf(bucket, axis)
  return end >= from && start <= to
}

/** Where a bucket lies on an axis, both ends included. */
export function extentOf(bucket: Bucket, axis: WindowQuery['axis']): { start: number; end: number } {
  if (axis === 'step') return { start: bucket.first.step, end: bucket.last.step }
  return { start: bucket.minTimestamp, end: bucket.maxTimestamp }
}

function cutByTime(points: Points, { axis, from = -Infinity, to = Infinity }: WindowStretch): Points {
  if (axis === 'step' || (from === -Infinity && to === Infinity)) return points
  const { steps, timestamps, values } = points
  if (timestamps.every((timestamp) => timestamp >= from && timestamp <= to)) return points
  const isInside = (_: number, index: number) => {
    const timestamp = timestamps[index] ?? Number.NaN
    return timestamp >= from && timestamp <= to
  }
  return {
    steps: steps.filter(isInside),
    timestamps: timestamps.filter(isInside),
    values: values.filter(isInside),
  }
}

export function cutToWindow(points: Points, query: WindowStretch): Points {
  return query.axis === 'step' ? cutOut(points, toKeyRange(query)) : cutByTime(points, query)
}

/** The window's ends, where the query leaves them open those of what is there. */
function findExtent(buckets: readonly Bucket[], { axis, from, to }: WindowQuery): Extent {
  const extents = buckets.map((bucket) => extentOf(bucket, axis))
  return {
    from: from ?? extents.reduce((least, { start }) => Math.min(least, start), Infinity),
    to: to ?? extents.reduce((greatest, { end }) => Math.max(greatest, end), -Infinity),
  }
}

interface Extent {
  readonly from: number
  readonly to: number
}

function summarizeAll(points: Points): Bucket[] {
  return points.steps.length === 0 ? [] : [summarize(points)]
}

/** Divides an extent into cells of equal width, numbered from 0. */
function divide({ from, to }: Extent, cells: number): (x: number) => number {
  const width = to - from || 1
  return (x) => Math.max(0, Math.min(cells - 1, Math.floor(((x - from) / width) * cells)))
}

/** Sums up points that follow each other in the same cell. */
export function groupPoints(
  points: Points,
  { axis }: Pick<WindowQuery, 'axis'>,
  cellOf: (x: number) => number,
): Bucket[] {
  const xs = axis === 'step' ? points.steps : points.timestamps
  const buckets: Bucket[] = []
  let start = 0
  for (let index = 1; index <= xs.length; index++) {
    if (index < xs.length && cellOf(xs[index] ?? 0) === cellOf(xs[start] ?? 0)) continue
    buckets.push(summarize(points, start, index))
    start = index
  }
  return buckets
}

/** Merges buckets that begin in the same cell. */
function group(buckets: readonly Bucket[], { axis }: WindowQuery, cellOf: (x: number) => number): Bucket[] {
  const cells = Map.groupBy(buckets, (bucket) => cellOf(extentOf(bucket, axis).start))
  return Array.from(cells.values(), (members) => mergeBuckets(members))
}
