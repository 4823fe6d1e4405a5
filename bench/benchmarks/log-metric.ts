import { defineBenchmark } from '../benchmark.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { measureRequestRate } from '../load/request-rate.ts'
import { startRuns } from '../load/start-runs.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

const target = { timesPeer: 10 }

export default defineBenchmark({
  name: 'log-metric',
  summary: 'POST runs/log-metric, one metric a request, each client to a run of its own',
  measures: {
    one: { label: '1 client', unit: 'requests/s', target },
    eight: { label: '8 clients', unit: 'requests/s', target },
  },
  async open({ isQuick, folder }) {
    const durationMs = isQuick ? 500 : 4000
    return measureBoth(await openBothServers(folder), async (server) => ({
      one: await logMetrics(server, 1, durationMs),
      eight: await logMetrics(server, 8, durationMs),
    }))
  },
})

async function logMetrics({ endpoint }: TrackingServer, clients: number, durationMs: number): Promise<number> {
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
