import { defineBenchmark } from '../benchmark.ts'
import { logBatches } from '../load/log-batches.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'

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
