import type { Methods } from '../protocol/methods.ts'
import type { MetricPoint } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { toPoint } from './load-runs.ts'

/** Series up to so many times the asked-for number of points are read whole. */
const wholeFactor = 4

/**
 * At most `count` values of each series of a run, with the first and the last. A short series is thinned out evenly; of
 * a long one the points nearest to evenly spaced steps are looked up (or times, where all points have one step), so
 * that the work does not grow with the length of the run.
 */
export async function loadSparklines(
  sql: Sql,
  runRowId: number,
  count: number,
): Promise<Methods['metrics/sparklines']['result']['series']> {
  const rows = await sql.all('select id, key, step, timestamp, value from series where run = ? order by key', runRowId)
  const series: { metric: MetricPoint & { key: string }; values: number[] }[] = []
  for (const row of rows) {
    const last = toPoint(row)
    const head = await loadHead(sql, getNumber(row, 'id'), count * wholeFactor + 1)
    const isWhole = head.length <= count * wholeFactor
    const points = isWhole ? thinOut(head, count) : await samplePoints(sql, getNumber(row, 'id'), head, last, count)
    series.push({ metric: { key: getText(row, 'key'), ...last }, values: points.map(({ value }) => value) })
  }
  return series
}

async function loadHead(sql: Sql, seriesRowId: number, limit: number): Promise<MetricPoint[]> {
  const rows = await sql.all(
    'select step, timestamp, value from points where series = ? order by step, timestamp, value limit ?',
    seriesRowId,
    limit,
  )
  return rows.map(toPoint)
}

function thinOut(points: readonly MetricPoint[], count: number): MetricPoint[] {
  if (points.length <= count) return [...points]
  const spacing = (points.length - 1) / (count - 1)
  const kept = new Set(Array.from({ length: count }, (_, index) => Math.round(index * spacing)))
  return points.filter((_, index) => kept.has(index))
}

async function samplePoints(
  sql: Sql,
  seriesRowId: number,
  [first]: readonly MetricPoint[],
  last: MetricPoint,
  count: number,
): Promise<MetricPoint[]> {
  if (first === undefined) return []
  const axis = first.step === last.step ? 'timestamp' : 'step'
  const points = [first]
  for (let index = 1; index < count - 1; index++) {
    const wanted = Math.ceil(first[axis] + ((last[axis] - first[axis]) * index) / (count - 1))
    const row = await sql.get(
      `select step, timestamp, value from points where series = ? and step >= ? and timestamp >= ?
         order by step, timestamp, value limit 1`,
      seriesRowId,
      axis === 'step' ? wanted : first.step,
      axis === 'step' ? 0 : wanted,
    )
    const point = row === undefined ? last : toPoint(row)
    if (point[axis] > (points.at(-1)?.[axis] ?? 0) && point[axis] < last[axis]) points.push(point)
  }
  return [...points, last]
}
