import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '../../src/protocol/json.ts'
import { type BenchmarkSetting, defineBenchmark } from '../benchmark.ts'
import { logBatches } from '../load/log-batches.ts'
import { logMetrics } from '../load/log-metrics.ts'
import { openMlflowRequests } from '../load/mlflow-requests.ts'
import { timeRunLifeCycle } from '../load/run-life-cycles.ts'
import { startRuns } from '../load/start-runs.ts'
import { measureTransfer, megabyte, readWhole } from '../load/transfer.ts'
import { fillServers } from '../runs/fill-both-servers.ts'
import { historyKey, insertHistory, logHistory } from '../runs/log-history.ts'
import { checkSameRuns, timeSearch } from '../runs/time-search.ts'
import { readPeakMb } from '../servers/memory.ts'
import { openOurServer } from '../servers/our-server.ts'
import { openPeerServer, openSmallPeerServer } from '../servers/peer-server.ts'
import { waitUntilQuiet } from '../servers/process-group.ts'
import type { OpenServer, TrackingServer } from '../servers/tracking-server.ts'

/** What one part measures on a server, by the ids of the measures. */
type Measurement = (server: TrackingServer) => Promise<Readonly<Record<string, number>>>

interface Servers {
  readonly ours: TrackingServer
  readonly peers: readonly TrackingServer[]
}

/** Puts what it needs on all servers, the same on each. */
type Part = (servers: Servers, isQuick: boolean) => Promise<Measurement>

const queries = {
  searchPlain: {},
  searchOrdered: { order_by: ['metrics.accuracy DESC'] },
  searchLike: { filter: "tags.`mlflow.runName` LIKE 'sweep-%7'" },
  searchFiltered: { filter: "metrics.loss < 0.5 and params.optimizer = 'adam'" },
} as const

const parts: Readonly<Record<string, Part>> = {
  async 'log-batch'(_, isQuick) {
    const durationMs = isQuick ? 500 : 4000
    return async (server) => ({
      batchOne: await logBatches(server, 1, durationMs),
      batchFour: await logBatches(server, 4, durationMs),
    })
  },
  async 'log-metric'(_, isQuick) {
    const durationMs = isQuick ? 500 : 4000
    return async (server) => ({
      metricOne: await logMetrics(server, 1, durationMs),
      metricEight: await logMetrics(server, 8, durationMs),
    })
  },
  async 'life-cycle'(_, isQuick) {
    return async (server) => ({ lifeCycle: await timeRunLifeCycle(server, isQuick ? 500 : 4000) })
  },
  async search({ ours, peers }, isQuick) {
    const experimentId = await fillServers(ours, peers, isQuick ? 500 : 10_000)
    const asked = { experiment_ids: [experimentId], max_results: isQuick ? 50 : 1000 }
    for (const query of Object.values(queries)) await checkSameRuns(ours, peers, { ...asked, ...query })
    return async (server) => {
      const took: Record<string, number> = {}
      for (const [id, query] of Object.entries(queries)) took[id] = await timeSearch(server, { ...asked, ...query })
      return took
    }
  },
  async history({ ours, peers }, isQuick) {
    const count = isQuick ? 5000 : 100_000
    const runIds = new Map([[ours, await logHistory(ours, count)]])
    for (const peer of peers) runIds.set(peer, await insertHistory(peer, count))
    return async (server) => {
      const query = { run_id: runIds.get(server) ?? '', metric_key: historyKey }
      return {
        historyWhole: await timeHistory(server, query, count),
        historyPaged: await timeHistory(server, { ...query, max_results: String(count / 20) }, count),
      }
    }
  },
  async artifacts(_, isQuick) {
    const piece = randomBytes(4 * megabyte)
    const sizes = isQuick ? { '32': 1, '2048': 2 } : { '32': 8, '2048': 512 }
    return async ({ endpoint }) => {
      using requests = openMlflowRequests(endpoint)
      const [run] = await startRuns(requests, 1)
      const rates: Record<string, number> = {}
      for (const [name, pieces] of Object.entries(sizes)) {
        const path = `${run?.artifactPath ?? ''}/${name}.bin`
        const sizeBytes = pieces * piece.length
        const upload = (to: string) => requests.uploadRepeated(to, piece, pieces)
        rates[`upload${name}`] = await measureTransfer([path], sizeBytes, upload)
        rates[`download${name}`] = await measureTransfer([path], sizeBytes, (from) =>
          readWhole(requests, from, sizeBytes),
        )
        await requests.remove(path)
      }
      return rates
    }
  },
}

const peerKinds: Readonly<Record<string, OpenServer>> = {
  '4 workers and jobs': openPeerServer,
  '1 worker, no jobs': openSmallPeerServer,
}

function times(timesPeer: number): { readonly timesPeer: number } {
  return { timesPeer }
}

export default defineBenchmark({
  name: 'tracking',
  summary: 'What a tracking server is asked most, against an mlflow server as it starts and one with a single worker',
  measures: {
    batchOne: { label: 'log-batch of 100 metrics, 1 client', unit: 'requests/s', target: times(15) },
    batchFour: { label: 'log-batch of 100 metrics, 4 clients', unit: 'requests/s', target: times(20) },
    metricOne: { label: 'log-metric, 1 client', unit: 'requests/s', target: times(15) },
    metricEight: { label: 'log-metric, 8 clients', unit: 'requests/s', target: times(12) },
    lifeCycle: { label: 'a run from start to end, six requests', unit: 'ms', target: times(12) },
    searchPlain: { label: '1,000 of 10,000 runs', unit: 'ms', target: times(8) },
    searchOrdered: { label: '… ordered by a metric', unit: 'ms', target: times(30) },
    searchLike: { label: '… by a tag’s pattern', unit: 'ms', target: times(40) },
    searchFiltered: { label: '… by a metric and a param', unit: 'ms', target: times(6) },
    historyWhole: { label: 'history of 100,000 points in one', unit: 'ms', target: times(10) },
    historyPaged: { label: '… in 20 pages', unit: 'ms', target: times(20) },
    upload32: { label: 'PUT of 32 MiB', unit: 'MB/s', target: times(1.2) },
    download32: { label: 'GET of 32 MiB', unit: 'MB/s', target: times(1.2) },
    upload2048: { label: 'PUT of 2 GiB', unit: 'MB/s', target: times(1.2) },
    download2048: { label: 'GET of 2 GiB', unit: 'MB/s', target: times(1.2) },
    memory: { label: 'memory of the engine, at its most', unit: 'MB', target: { atMost: 250 } },
  },
  describePeers: () => `mlflow server 3.17.2 with ${Object.keys(peerKinds).join(' and with ')}`,
  async open({ isQuick, folder, only, report }) {
    const chosen = chooseParts(only)
    await using opened = new AsyncDisposableStack()
    const start = async (open: OpenServer, name: string) => {
      const own = join(folder, name)
      await mkdir(own)
      return opened.use(await open(own))
    }
    const ours = await start(openOurServer, 'ours')
    const peers: [string, TrackingServer][] = []
    for (const [index, [name, open]] of Object.entries(peerKinds).entries()) {
      const peer = await start(open, `peer-${index}`)
      await waitUntilQuiet(peer.processes)
      peers.push([name, peer])
    }
    const measurements: Measurement[] = []
    for (const [name, prepare] of chosen) {
      report(`preparing ${name}`)
      measurements.push(await prepare({ ours, peers: peers.map(([, peer]) => peer) }, isQuick))
    }
    const measure: Measurement = async (server) => {
      let all = {}
      for (const each of measurements) all = { ...all, ...(await each(server)) }
      return all
    }
    const running = opened.move()
    return {
      async ours() {
        const figures = await measure(ours)
        const [pid = 0] = await ours.processes()
        return { ...figures, memory: await readPeakMb(pid) }
      },
      peers: Object.fromEntries(peers.map(([name, peer]) => [name, () => measure(peer)])),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

function chooseParts(only: BenchmarkSetting['only']): readonly (readonly [string, Part])[] {
  const all = Object.entries(parts)
  const chosen = only === undefined ? all : all.filter(([name]) => name === only)
  if (chosen.length === 0) throw new Error(`There is no part "${only}": it is one of ${Object.keys(parts).join(', ')}.`)
  return chosen
}

/** Until the last page is here. */
async function timeHistory(
  { endpoint }: TrackingServer,
  query: Readonly<Record<string, string>>,
  count: number,
): Promise<number> {
  using requests = openMlflowRequests(endpoint)
  const start = performance.now()
  const pages: string[] = []
  for (let token: string | undefined = ''; token !== undefined;) {
    const page = await requests.get('metrics/get-history', { ...query, ...(token === '' ? {} : { page_token: token }) })
    pages.push(page)
    // The whole would take as long to parse as to send; a token stands at either end.
    token = /"next_page_token"\s*:\s*"([^"]*)"/.exec(page.slice(0, 200) + page.slice(-200))?.[1] || undefined
  }
  const tookMs = performance.now() - start
  const read = pages.reduce((sum, page) => sum + countMetrics(page), 0)
  assert.equal(read, count, 'points came back')
  return tookMs
}

function countMetrics(page: string): number {
  const answer: unknown = JSON.parse(page)
  const metrics = isRecord(answer) ? answer['metrics'] : undefined
  return Array.isArray(metrics) ? metrics.length : 0
}
