import assert from 'node:assert/strict'
import { defineBenchmark } from '../benchmark.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { fillBothServers } from '../runs/fill-both-servers.ts'
import { parseRunNames } from '../runs/run-names.ts'
import { type BothServers, measureBoth, openBothServers } from '../servers/both-servers.ts'
import type { TrackingServer } from '../servers/tracking-server.ts'

const orderBy = { order_by: ['metrics.accuracy DESC'] }
const filter = { filter: "metrics.loss < 0.5 and params.optimizer = 'adam'" }

/** Searches that one figure is the mean of. */
const searchesPerSample = 3

export default defineBenchmark({
  name: 'search-runs',
  summary: 'POST runs/search for 1,000 of 10,000 runs with 6 params, 4 tags and 5 metrics each',
  measures: {
    ordered: { label: 'ordered by a metric', unit: 'ms', target: { timesPeer: 20 } },
    filtered: { label: 'filtered by a metric and a param', unit: 'ms' },
  },
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const servers = opened.use(await openBothServers(folder))
    const experimentId = await fillBothServers(servers, isQuick ? 500 : 10_000)
    const search = { experiment_ids: [experimentId], max_results: isQuick ? 50 : 1000 }
    for (const query of [orderBy, filter]) await checkSameRuns(servers, { ...search, ...query })
    opened.move()
    return measureBoth(servers, async (server) => ({
      ordered: await timeSearch(server, { ...search, ...orderBy }),
      filtered: await timeSearch(server, { ...search, ...filter }),
    }))
  },
})

/** A figure counts only if both sides do the same: the same runs in the same order. */
async function checkSameRuns({ ours, peer }: BothServers, body: object): Promise<void> {
  const ourNames = await searchNames(ours, body)
  assert.ok(ourNames.length > 0)
  assert.deepEqual(ourNames, await searchNames(peer, body))
}

async function searchNames({ endpoint }: TrackingServer, body: object): Promise<readonly string[]> {
  using requests = openMlflowRequests(endpoint)
  return parseRunNames(await requests.ask('runs/search', body))
}

/** Until the last byte of the answer; what a client makes of it is not ours. */
async function timeSearch({ endpoint }: TrackingServer, body: object): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const start = performance.now()
  for (let count = 0; count < searchesPerSample; count++) await requests.post('runs/search', body)
  return (performance.now() - start) / searchesPerSample
}
