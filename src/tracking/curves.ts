import { cursorLength, type CurveAxis, type CurveName, type CurveWindow } from '../protocol/curves.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import type { Bucket } from './series/bucket.ts'
import type { Points } from './series/points.ts'
import { extentOf, readWindow, type WindowQuery } from './series/window.ts'

/** A window of many curves at once, of the same axis and width. */
export async function loadCurves(
  sql: Sql,
  { curves, axis, from, to, buckets }: Methods['curves/window']['params'],
): Promise<Methods['curves/window']['result']> {
  const windows: CurveWindow[] = []
  const cursors = new Float64Array(curves.length * cursorLength).fill(Number.NaN)
  for (const [index, curve] of curves.entries()) {
    const series = await findSeries(sql, curve)
    if (series !== undefined) cursors.set(series.cursor, index * cursorLength)
    if (series === undefined) {
      windows.push({ kind: 'missing' })
      continue
    }
    const origin = axis === 'relative' ? series.startTime : 0
    const window = await readWindow(sql, series.rowId, {
      axis: axis === 'step' ? 'step' : 'timestamp',
      ...(from === undefined ? {} : { from: from + origin }),
      ...(to === undefined ? {} : { to: to + origin }),
      maxBuckets: buckets,
      maxPoints: 2 * buckets,
    })
    windows.push(
      window.kind === 'points'
        ? toPointWindow(window.points, axis, origin)
        : toBucketWindow(window.buckets, axis === 'step' ? 'step' : 'timestamp', origin),
    )
  }
  return { curves: windows, cursors }
}

/** A series, and how far it has come. */
export interface FoundSeries {
  readonly rowId: number
  /** Of its run, in milliseconds. */
  readonly startTime: number
  /** Batches with late points, step and timestamp of the latest point. */
  readonly cursor: readonly [late: number, step: number, timestamp: number]
}

export async function findSeries(sql: Sql, { runId, key }: CurveName): Promise<FoundSeries | undefined> {
  const row = await sql.get(
    `select s.id, s.late, s.step, s.timestamp, r.start_time
       from runs r join series s on s.run = r.id where r.run_id = ? and s.key = ?`,
    runId,
    key,
  )
  if (row === undefined) return undefined
  return {
    rowId: getNumber(row, 'id'),
    startTime: getNumber(row, 'start_time'),
    cursor: [getNumber(row, 'late'), getNumber(row, 'step'), getNumber(row, 'timestamp')],
  }
}

function toPointWindow({ steps, timestamps, values }: Points, axis: CurveAxis, origin: number): CurveWindow {
  if (axis === 'step') return { kind: 'points', xs: steps, values }
  return { kind: 'points', xs: timestamps.map((timestamp) => timestamp - origin), values, steps }
}

function toBucketWindow(buckets: readonly Bucket[], axis: WindowQuery['axis'], origin: number): CurveWindow {
  const numbers = (of: (bucket: Bucket) => number) => Float64Array.from(buckets, of)
  return {
    kind: 'buckets',
    starts: numbers((bucket) => extentOf(bucket, axis).start - origin),
    ends: numbers((bucket) => extentOf(bucket, axis).end - origin),
    firsts: numbers(({ first }) => first.value),
    lasts: numbers(({ last }) => last.value),
    mins: numbers(({ min }) => min),
    maxs: numbers(({ max }) => max),
    specials: Uint8Array.from(buckets, ({ specials }) => specials),
  }
}
