import type { Sql, SqlRow } from '../store/database.ts'
import { findNumber, getNumber, getText } from '../store/row.ts'
import { toPoint } from './metric-value.ts'
import { type Bucket, mergeBuckets, summarize } from './series/bucket.ts'
import { type ChunkRow, listLevel, verifyChunk, wholeRange } from './series/chunk-rows.ts'
import { listLoosePoints } from './series/loose-points.ts'
import { comparePoints, getPoint, type PointKey, type Points } from './series/points.ts'
import { fanOut } from './series/seal.ts'

/** A series whose parts do not fit together. */
export interface SeriesFault {
  readonly runId: string
  readonly key: string
  /** As `chunk 3 does not hold the points that its row tells of`. */
  readonly problem: string
}

/** Series of which `checkSeries` looks at so many at once. */
const pageLength = 100

/**
 * Looks at series in the order of their row ids: that their chunks can be read and follow each other, that every row of
 * the pyramids sums up what lies below it, and that the row of the series names the latest point and the extremes.
 *
 * @param after the last row id that has been looked at; 0 to begin with
 * @returns the last one that was looked at; undefined when there are no more
 */
export async function checkSeries(
  sql: Sql,
  after: number,
): Promise<{ last: number | undefined; seriesCount: number; pointCount: number; faults: readonly SeriesFault[] }> {
  const rows = await sql.all(
    `select s.*, coalesce(r.run_id, '') as run_id from series s left join runs r on r.id = s.run
       where s.id > ? order by s.id limit ?`,
    after,
    pageLength,
  )
  const faults: SeriesFault[] = []
  let pointCount = 0
  for (const row of rows) {
    const { count, problems } = await checkOne(sql, row)
    pointCount += count
    for (const problem of problems) faults.push({ runId: getText(row, 'run_id'), key: getText(row, 'key'), problem })
  }
  const last = rows.at(-1)
  return { last: last && getNumber(last, 'id'), seriesCount: rows.length, pointCount, faults }
}

/** Points that no series has: what a file itself refers to, and tables on PostgreSQL do not. A sentence for each table. */
export async function findStrayRows(sql: Sql): Promise<readonly string[]> {
  if (sql.dialect === 'sqlite') return []
  const strays = {
    points: 'not exists (select 1 from series s where s.id = points.series)',
    chunks: 'not exists (select 1 from series s where s.id = chunks.series)',
    chunk_data: 'not exists (select 1 from chunks c where c.data = chunk_data.id)',
  }
  const problems: string[] = []
  for (const [table, isStray] of Object.entries(strays)) {
    const row = await sql.get(`select count(*) as count from ${table} where ${isStray}`)
    const count = getNumber(row ?? {}, 'count')
    if (count > 0) problems.push(`${count} rows of ${table} belong to no metric`)
  }
  return problems
}

async function checkOne(sql: Sql, row: SqlRow): Promise<{ count: number; problems: readonly string[] }> {
  const seriesRowId = getNumber(row, 'id')
  const problems: string[] = []
  const chunks = await listLevel(sql, seriesRowId, 0)
  const buckets: Bucket[] = []
  let previous: PointKey | undefined
  for (const [index, chunk] of chunks.entries()) {
    const points = await verifyChunk(sql, chunk)
    if (points === undefined) problems.push(`the points of chunk ${index + 1} are missing or damaged`)
    else if (!isTrue(chunk, points)) problems.push(`chunk ${index + 1} does not hold the points that its row tells of`)
    else if (previous !== undefined && comparePoints(previous, chunk.bucket.first) >= 0)
      problems.push(`chunk ${index + 1} does not come after the one before it`)
    previous = chunk.bucket.last
    buckets.push(chunk.bucket)
  }
  problems.push(...(await checkLevels(sql, seriesRowId, chunks)))
  const loose = await listLoosePoints(sql, seriesRowId, wholeRange)
  if (loose.steps.length > 0) buckets.push(summarize(loose))
  problems.push(...checkRow(row, buckets))
  return { count: chunks.reduce((sum, { count }) => sum + count, loose.steps.length), problems }
}

function isTrue({ bucket, count }: ChunkRow, points: Points): boolean {
  if (points.steps.length !== count || count === 0) return false
  for (let index = 1; index < count; index++) {
    if (!(comparePoints(getPoint(points, index - 1), getPoint(points, index)) < 0)) return false
  }
  return isSame(summarize(points), bucket)
}

async function checkLevels(sql: Sql, seriesRowId: number, chunks: readonly ChunkRow[]): Promise<string[]> {
  const problems: string[] = []
  let below = chunks
  for (let level = 1; ; level++) {
    const rows = await listLevel(sql, seriesRowId, level)
    for (const [index, row] of rows.entries()) {
      const children = below.slice(index * fanOut, (index + 1) * fanOut)
      const count = children.reduce((sum, child) => sum + child.count, 0)
      const isSum =
        children.length === fanOut &&
        count === row.count &&
        isSame(mergeBuckets(children.map(({ bucket }) => bucket)), row.bucket)
      if (!isSum) problems.push(`row ${index + 1} of level ${level} does not sum up what lies below it`)
    }
    if (rows.length === 0) return problems
    below = rows
  }
}

function checkRow(row: SqlRow, buckets: readonly Bucket[]): string[] {
  const latest = buckets.map(({ last }) => last).reduce<PointKey | undefined>(later, undefined)
  if (latest === undefined) return ['it has no points']
  const problems: string[] = []
  if (comparePoints(latest, toPoint(row)) !== 0) problems.push('its row does not name the latest point')
  const ofAll = mergeBuckets(buckets)
  const extremes = [findNumber(row, 'min') ?? Number.NaN, findNumber(row, 'max') ?? Number.NaN]
  if (!isEqual(ofAll.min, extremes[0]) || !isEqual(ofAll.max, extremes[1]))
    problems.push('its row does not name the least and the greatest value')
  return problems
}

function later(a: PointKey | undefined, b: PointKey): PointKey {
  return a === undefined || comparePoints(a, b) < 0 ? b : a
}

function isSame(a: Bucket, b: Bucket): boolean {
  return (
    comparePoints(a.first, b.first) === 0 &&
    comparePoints(a.last, b.last) === 0 &&
    isEqual(a.min, b.min) &&
    isEqual(a.max, b.max) &&
    a.minTimestamp === b.minTimestamp &&
    a.maxTimestamp === b.maxTimestamp &&
    a.specials === b.specials
  )
}

/** NaN stands for none. */
function isEqual(a: number, b: number | undefined): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
