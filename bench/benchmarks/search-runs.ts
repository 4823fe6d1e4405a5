import { defineBenchmark } from '../benchmark.ts'
import { fillBothServers } from '../runs/fill-both-servers.ts'
import { checkSameRuns, timeSearch } from '../runs/time-search.ts'
import { measureBoth, openBothServers } from '../servers/both-servers.ts'

const orderBy = { order_by: ['metrics.accuracy DESC'] }
const filter = { filter: "metrics.loss < 0.5 and params.optimizer = 'adam'" }

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
    for (const query of [orderBy, filter]) await checkSameRuns(servers.ours, [servers.peer], { ...search, ...query })
    opened.move()
    return measureBoth(servers, async (server) => ({
      ordered: await timeSearch(server, { ...search, ...orderBy }),
      filtered: await timeSearch(server, { ...search, ...filter }),
    }))
  },
})
