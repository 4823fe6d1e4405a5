import type { TrackingServer } from '../servers/tracking-server.ts'
import { createMetricBatch } from './metric-batch.ts'
import { openMlflowRequests } from './mlflow-requests.ts'
import { measureRequestRate } from './request-rate.ts'
import { startRuns } from './start-runs.ts'

/** Batches of 100 metrics a second, each client's to a run of its own. */
export async function logBatches({ endpoint }: TrackingServer, clients: number, durationMs: number): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const runs = await startRuns(requests, clients)
  return await measureRequestRate({
    clients,
    durationMs,
    async send(client, step) {
      await requests.post('runs/log-batch', createMetricBatch(runs[client]?.runId ?? '', step))
    },
  })
}
