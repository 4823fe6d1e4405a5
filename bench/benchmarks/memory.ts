import { defineBenchmark, type Sample } from '../benchmark.ts'
import { createMetricBatch } from '../load/metric-batch.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { startRuns } from '../load/start-runs.ts'
import { fillBothServers } from '../runs/fill-both-servers.ts'
import { openBothServers } from '../servers/both-servers.ts'
import { readMemory } from '../servers/memory.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

const clients = 8
const searches = 3

interface Work {
  readonly experimentId: string
  readonly batchesPerClient: number
}

export default defineBenchmark({
  name: 'memory',
  summary: 'Memory after batches of metrics from 8 clients and searches among 10,000 runs, again after each round',
  measures: {
    proportional: { label: 'all processes, shared pages once', unit: 'MB' },
    resident: { label: 'the engine, all its pages', unit: 'MB', target: { atMost: 250 } },
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const servers = opened.use(await openBothServers(folder))
    const experimentId = await fillBothServers(servers, isQuick ? 500 : 10_000)
    const work = { experimentId, batchesPerClient: isQuick ? 5 : 50 }
    const running = opened.move()
    return {
      ours: () => workAndWeigh(servers.ours, work),
      async peer() {
        // The sum of all pages of many processes would count those they share many times.
        const { proportional } = await workAndWeigh(servers.peer, work)
        return { proportional }
      },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

async function workAndWeigh(server: TrackingServer, work: Work): Promise<Sample<'proportional' | 'resident'>> {
  using requests = openMlflowRequests(server.endpoint)
  const runs = await startRuns(requests, clients)
  await Promise.all(
    runs.map(async ({ runId }) => {
      for (let step = 0; step < work.batchesPerClient; step++) {
        await requests.post('runs/log-batch', createMetricBatch(runId, step))
      }
    }),
  )
  const search = { experiment_ids: [work.experimentId], max_results: 1000, order_by: ['metrics.accuracy DESC'] }
  for (let count = 0; count < searches; count++) await requests.post('runs/search', search)
  const { proportionalMb, residentMb } = await readMemory(await server.processes())
  return { proportional: proportionalMb, resident: residentMb }
}
