import type { TrackingServer } from '../servers/tracking-server.ts'
import { openMlflowRequests } from './mlflow-requests.ts'
import { measureRequestRate } from './request-rate.ts'
import { startRuns } from './start-runs.ts'

/** Single metrics a second, each client's to a run of its own. */
export async function logMetrics({ endpoint }: TrackingServer, clients: number, durationMs: number): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const runs = await startRuns(requests, clients)
  return await measureRequestRate({
    clients,
    durationMs,
    async send(client, step) {
      const metric = { key: 'loss', value: 1 / (step + 1), timestamp: Date.now(), step }
      await requests.post('runs/log-metric', { run_id: runs[client]?.runId, ...metric })
    },
  })
}
