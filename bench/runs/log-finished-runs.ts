import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import { isRecord } from '../../src/protocol/json.ts'
import type { MlflowRequests } from '../load/mlflow-requests.ts'
import { describeFinishedRun, type FinishedRun } from './finished-run.ts'

/** Clients that log at a time. */
const concurrency = 8

/** Logs the first `count` runs to an experiment through MLflow's interface. */
export async function logFinishedRuns(requests: MlflowRequests, experimentId: string, count: number): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index)
  await mapConcurrently(indexes, concurrency, (index) =>
    logFinishedRun(requests, experimentId, describeFinishedRun(index)),
  )
}

async function logFinishedRun(requests: MlflowRequests, experimentId: string, run: FinishedRun): Promise<void> {
  const created = await requests.ask('runs/create', {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: run.startTime,
    tags: toPairs(run.tags),
  })
  const info = isRecord(created['run']) ? created['run']['info'] : undefined
  const runId = isRecord(info) ? info['run_id'] : undefined
  const metrics = toPairs(run.metrics).map((metric) => ({ ...metric, timestamp: run.endTime, step: 0 }))
  await requests.post('runs/log-batch', { run_id: runId, params: toPairs(run.params), metrics })
  await requests.post('runs/update', { run_id: runId, status: 'FINISHED', end_time: run.endTime })
}

function toPairs<Value>(values: Readonly<Record<string, Value>>): { key: string; value: Value }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }))
}
