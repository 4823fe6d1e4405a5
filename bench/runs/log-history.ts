import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { startRuns } from '../load/start-runs.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

export const historyKey = 'loss'

const batchSize = 1000

interface Point {
  readonly step: number
  readonly value: number
  readonly timestamp: number
}

function describePoints(count: number): readonly Point[] {
  const first = Date.UTC(2026, 0, 1)
  return Array.from({ length: count }, (_, step) => ({ step, value: 1 / (step + 1), timestamp: first + step }))
}

/** Gives a run of our side one long metric, as its clients do; returns the run's id. */
export async function logHistory({ endpoint }: TrackingServer, count: number): Promise<string> {
  using requests = openMlflowRequests(endpoint)
  const [run] = await startRuns(requests, 1)
  const points = describePoints(count).map((point) => ({ key: historyKey, ...point }))
  for (let from = 0; from < count; from += batchSize) {
    await requests.post('runs/log-batch', { run_id: run?.runId, metrics: points.slice(from, from + batchSize) })
  }
  return run?.runId ?? ''
}

/** The same in the peer's own tables: through its interface it takes minutes, and what is measured is the reading. */
export async function insertHistory({ endpoint, folder }: TrackingServer, count: number): Promise<string> {
  using requests = openMlflowRequests(endpoint)
  const [run] = await startRuns(requests, 1)
  const runId = run?.runId ?? ''
  using database = new DatabaseSync(join(folder, 'mlflow.db'), { timeout: 20_000 })
  const columns = '(run_uuid, key, value, timestamp, step, is_nan) values (?, ?, ?, ?, ?, 0)'
  const insert = database.prepare(`insert into metrics ${columns}`)
  database.exec('begin immediate')
  const points = describePoints(count)
  for (const { step, value, timestamp } of points) insert.run(runId, historyKey, value, timestamp, step)
  const last = points.at(-1)
  if (last !== undefined) {
    const latest = database.prepare(`insert into latest_metrics ${columns}`)
    latest.run(runId, historyKey, last.value, last.timestamp, last.step)
  }
  database.exec('commit')
  return runId
}
