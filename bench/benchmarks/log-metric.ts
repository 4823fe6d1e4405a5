import { defineBenchmark } from '../benchmark.ts'
import { logMetrics } from '../load/log-metrics.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'

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
