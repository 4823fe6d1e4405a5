import { createMetricBatch } from '../load/metric-batch.ts'
import type { MlflowRequests } from '../load/mlflow-requests.ts'
import { measureRequestRate } from '../load/request-rate.ts'
import { startRuns } from '../load/start-runs.ts'
import { valueAt } from './fill-store.ts'

/** As many as a request may bring. */
const batchLength = 1000
const metricsPerBatch = 100

/** Logs one long series as a program does that keeps its points back for a while; returns its run. */
export async function logLongSeries(requests: MlflowRequests, experimentId: string, length: number): Promise<string> {
  const [run] = await startRuns(requests, 1, experimentId)
  if (run === undefined) throw new Error('No run was started.')
  const startTime = Date.now()
  for (let start = 0; start < length; start += batchLength) {
    const metrics = Array.from({ length: Math.min(batchLength, length - start) }, (_, index) => {
      const step = start + index
      return { key: 'loss', value: valueAt(step), step, timestamp: startTime + step * 40 + ((step * 7919) % 13) }
    })
    await requests.post('runs/log-batch', { run_id: run.runId, metrics })
  }
  return run.runId
}

/** Points a second that 8 clients log, 100 metrics a request, each to a run of its own. */
export async function measureIngest(requests: MlflowRequests, experimentId: string, durationMs: number) {
  const runs = await startRuns(requests, 8, experimentId)
  const rate = await measureRequestRate({
    clients: runs.length,
    durationMs,
    async send(client, step) {
      await requests.post('runs/log-batch', createMetricBatch(runs[client]?.runId ?? '', step))
    },
  })
  return rate * metricsPerBatch
}
