import type { Methods } from '../protocol/methods.ts'
import type { MetricPoint } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { toPoint } from './metric-value.ts'
import { readWindow } from './series/window.ts'

/**
 * At most `count` values of each series of a run, with the first and the last: all of a short series, else the last
 * value of each of `count - 1` equal stretches of its steps, or of its times, where all points have one step.
 */
export async function loadSparklines(
  sql: Sql,
  runRowId: number,
  count: number,
): Promise<Methods['metrics/sparklines']['result']['series']> {
  const rows = await sql.all('select id, key, step, timestamp, value from series where run = ? order by key', runRowId)
  const series: { metric: MetricPoint & { key: string }; values: number[] }[] = []
  for (const row of rows) {
    const values = await loadValues(sql, getNumber(row, 'id'), count)
    series.push({ metric: { key: getText(row, 'key'), ...toPoint(row) }, values })
  }
  return series
}

async function loadValues(sql: Sql, seriesRowId: number, count: number): Promise<number[]> {
  const query = { maxBuckets: count - 1, maxPoints: count }
  const bySteps = await readWindow(sql, seriesRowId, { ...query, axis: 'step' })
  if (bySteps.kind === 'points') return [...bySteps.points.values]
  const [first] = bySteps.buckets
  if (first === undefined) return []
  const isOneStep = first.first.step === bySteps.buckets.at(-1)?.last.step
  const window = isOneStep ? await readWindow(sql, seriesRowId, { ...query, axis: 'timestamp' }) : bySteps
  const buckets = window.kind === 'buckets' ? window.buckets : []
  return [first.first.value, ...buckets.map(({ last }) => last.value)]
}
