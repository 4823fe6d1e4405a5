import { defineBenchmark } from '../benchmark.ts'
import { createMetricBatch } from '../load/metric-batch.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { measureRequestRate } from '../load/request-rate.ts'
import { startRuns } from '../load/start-runs.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

const target = { timesPeer: 10 }

export default defineBenchmark({
  name: 'log-batch',
  summary: 'POST runs/log-batch, 100 metrics a request, each client to a run of its own',
  measures: {
    one: { label: '1 client', unit: 'requests/s', target },
    eight: { label: '8 clients', unit: 'requests/s', target },
  },
  async open({ isQuick, folder }) {
    const durationMs = isQuick ? 500 : 4000
    return measureBoth(await openBothServers(folder), async (server) => ({
      one: await logBatches(server, 1, durationMs),
      eight: await logBatches(server, 8, durationMs),
    }))
  },
})

async function logBatches({ endpoint }: TrackingServer, clients: number, durationMs: number): Promise<number> {
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
