import { RunwrightError } from '../protocol/errors.ts'
import type { Metric, MetricPoint } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { toPoint } from './load-runs.ts'
import { isLater, toStoredValue } from './metric-value.ts'
import { createPageToken, parsePageToken } from './page-token.ts'
import type { LoggedMetric, Page } from './tracking.ts'

/** Stores points; gives back the metrics whose latest point they changed. One stored before changes nothing. */
export async function writeMetrics(sql: Sql, runRowId: number, metrics: readonly LoggedMetric[]): Promise<Metric[]> {
  const changed: Metric[] = []
  // The series first, because points refer to them.
  for (const metric of findLatest(metrics)) {
    const { key, step, timestamp, value } = metric
    const changes = await sql.run(
      `insert into series (run, key, step, timestamp, value) values (?, ?, ?, ?, ?)
         on conflict (run, key) do update
           set step = excluded.step, timestamp = excluded.timestamp, value = excluded.value
           where (excluded.step, excluded.timestamp, excluded.value) > (series.step, series.timestamp, series.value)`,
      runRowId,
      key,
      step,
      timestamp,
      toStoredValue(value),
    )
    if (changes > 0) changed.push({ key, step, timestamp, value })
  }
  for (const { key, step, timestamp, value } of metrics) {
    await sql.run(
      `insert or ignore into points (series, step, timestamp, value)
         select id, ?, ?, ? from series where run = ? and key = ?`,
      step,
      timestamp,
      toStoredValue(value),
      runRowId,
      key,
    )
  }
  return changed
}

/** Stores those metrics that belong to a logged model with the model too. */
export async function writeModelMetrics(sql: Sql, runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
  for (const { modelId, key, datasetName = '', datasetDigest = '', step, timestamp, value } of metrics) {
    if (modelId === undefined) continue
    await sql.run(
      `insert or ignore into model_metrics
         (model_id, run_id, key, dataset_name, dataset_digest, step, timestamp, value) values (?, ?, ?, ?, ?, ?, ?, ?)`,
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

export async function loadHistory(
  sql: Sql,
  runRowId: number,
  key: string,
  page?: { readonly limit: number; readonly pageToken?: string },
): Promise<Page<MetricPoint>> {
  const offset = parsePageToken(page?.pageToken)
  const rows = await sql.all(
    `select p.step, p.timestamp, p.value from series s join points p on p.series = s.id
       where s.run = ? and s.key = ? order by p.step, p.timestamp, p.value limit ? offset ?`,
    runRowId,
    key,
    page === undefined ? -1 : page.limit + 1,
    offset,
  )
  const isPartial = page !== undefined && rows.length > page.limit
  return {
    items: (isPartial ? rows.slice(0, page.limit) : rows).map(toPoint),
    ...(isPartial ? { nextPageToken: createPageToken(offset + page.limit) } : {}),
  }
}

function findLatest(metrics: readonly LoggedMetric[]): Iterable<LoggedMetric> {
  const latest = new Map<string, LoggedMetric>()
  for (const metric of metrics) {
    const known = latest.get(metric.key)
    if (known === undefined || isLater(metric, known)) latest.set(metric.key, metric)
  }
  return latest.values()
}

function invalid(key: string, field: string, value: number, expected: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Metric "${key}": invalid value ${value} for parameter '${field}' supplied, expected ${expected}.`,
  )
}
