import type { CurveAxis, CurveName, CurveWindow } from '../protocol/curves.ts'
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
  for (const curve of curves) {
    const series = await findSeries(sql, curve)
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
  return { curves: windows }
}

async function findSeries(
  sql: Sql,
  { runId, key }: CurveName,
): Promise<{ rowId: number; startTime: number } | undefined> {
  const row = await sql.get(
    'select s.id, r.start_time from runs r join series s on s.run = r.id where r.run_id = ? and s.key = ?',
    runId,
    key,
  )
  return row === undefined ? undefined : { rowId: getNumber(row, 'id'), startTime: getNumber(row, 'start_time') }
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
