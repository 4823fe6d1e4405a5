import { RunwrightError } from '../protocol/errors.ts'
import type { Metric, MetricPoint } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { toStoredValue } from './metric-value.ts'
import { createHistoryToken, parseHistoryToken } from './history-token.ts'
import { insertLoosePoints, type PointRow } from './series/loose-points.ts'
import { getPoint, noPoints, slicePoints } from './series/points.ts'
import { readAfter, readPage, readPoints } from './series/read-points.ts'
import { sealAfter, sealSeries } from './series/seal.ts'
import {
  loadSeriesRows,
  placeInSeries,
  type SeriesOwner,
  type SeriesUpdate,
  updateSeriesRows,
} from './series/series-rows.ts'
import type { LoggedMetric, Page, PointsPage } from './tracking.ts'

/** Stores points; gives back the metrics whose latest point they changed. One stored before changes nothing. */
export async function writeMetrics(sql: Sql, run: SeriesOwner, metrics: readonly LoggedMetric[]): Promise<Metric[]> {
  if (metrics.length === 0) return []
  const changed: Metric[] = []
  const byKey = Map.groupBy(metrics, (metric) => metric.key)
  const known = await loadSeriesRows(sql, run, [...byKey.keys()])
  const updates: SeriesUpdate[] = []
  const rows: PointRow[] = []
  const due: number[] = []
  for (const [key, points] of byKey) {
    const placed = await placeInSeries(sql, run, { key, known: known.get(key), points })
    const { seriesRowId, latest, unsealed, update } = placed
    if (latest !== undefined) changed.push({ key, ...latest })
    if (update !== undefined) updates.push(update)
    for (const { step, timestamp, value } of points) rows.push([seriesRowId, step, timestamp, toStoredValue(value)])
    // Not all at once: series that are logged together would all have their turn in the same batch.
    if (unsealed >= sealAfter + (seriesRowId % 64)) due.push(seriesRowId)
  }
  await updateSeriesRows(sql, updates)
  await insertLoosePoints(sql, rows)
  for (const seriesRowId of due) await sealSeries(sql, seriesRowId)
  return changed
}

/** Stores those metrics that belong to a logged model with the model too. */
export async function writeModelMetrics(sql: Sql, runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
  for (const { modelId, key, datasetName = '', datasetDigest = '', step, timestamp, value } of metrics) {
    if (modelId === undefined) continue
    await sql.run(
      `insert into model_metrics
         (model_id, run_id, key, dataset_name, dataset_digest, step, timestamp, value) values (?, ?, ?, ?, ?, ?, ?, ?)
         on conflict do nothing`,
      modelId,
      runId,
      key,
      datasetName,
      datasetDigest,
      step,
      timestamp,
      toStoredValue(value),
    )
  }
}

/** @throws INVALID_PARAMETER_VALUE naming the metric */
export function checkMetrics(metrics: readonly LoggedMetric[]): void {
  for (const { key, step, timestamp } of metrics) {
    if (!Number.isSafeInteger(step)) throw invalid(key, 'step', step, 'an integer within ±(2^53 − 1)')
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
      throw invalid(key, 'timestamp', timestamp, 'a non-negative integer of milliseconds')
    }
  }
}

/** No page has more points, whatever is asked for. */
const longestPage = 2 ** 31

export async function loadHistory(sql: Sql, runRowId: number, key: string): Promise<Page<MetricPoint>> {
  const seriesRowId = await findSeries(sql, runRowId, key)
  if (seriesRowId === undefined) return { items: [] }
  const points = await readPoints(sql, seriesRowId)
  return { items: Array.from(points.steps, (_, index) => getPoint(points, index)) }
}

/** @throws INVALID_PARAMETER_VALUE for a token that we did not make */
export async function loadHistoryPage(
  sql: Sql,
  runRowId: number,
  key: string,
  page: { readonly limit: number; readonly pageToken?: string },
): Promise<PointsPage> {
  const { offset, after } = parseHistoryToken(page.pageToken)
  const seriesRowId = await findSeries(sql, runRowId, key)
  if (seriesRowId === undefined) return { points: noPoints }
  const limit = Math.min(page.limit, longestPage)
  const points =
    after === undefined && offset > 0
      ? await readPage(sql, seriesRowId, offset, limit + 1)
      : await readAfter(sql, seriesRowId, after, limit + 1)
  if (points.steps.length <= limit) return { points }
  const nextPageToken = createHistoryToken(offset + limit, getPoint(points, limit - 1))
  return { points: slicePoints(points, 0, limit), nextPageToken }
}

async function findSeries(sql: Sql, runRowId: number, key: string): Promise<number | undefined> {
  const series = await sql.get('select id from series where run = ? and key = ?', runRowId, key)
  return series && getNumber(series, 'id')
}

function invalid(key: string, field: string, value: number, expected: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Metric "${key}": invalid value ${value} for parameter '${field}' supplied, expected ${expected}.`,
  )
}
