import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createHttpClient } from '../../src/client/http-client.ts'
import { dataFolderName } from '../../src/protocol/data-folder.ts'
import { startCli } from '../../test/integration/cli-workspace.ts'
import { openSharedServers } from '../../test/integration/shared-servers.ts'
import { openPostgresServer } from '../../test/servers/postgres.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { defineBenchmark } from '../benchmark.ts'
import { fillPoints, fillRuns } from '../scale/fill-store.ts'
import { measureReads } from '../scale/measure-reads.ts'
import { fullSizes, quickSizes } from '../scale/stages.ts'

/** A server may take three times as long as is asked of a file beside the engine: see the benchmark `scale`. */
const ms = (label: string, onSqliteMs?: number) => ({
  label,
  unit: 'ms' as const,
  ...(onSqliteMs === undefined ? {} : { target: { atMost: 3 * onSqliteMs } }),
})

export default defineBenchmark({
  name: 'postgres-scale',
  summary:
    'What views ask of 100,000 runs, 1,500 of 1,500 metrics each and a series of 10 million points: `runwright server` on PostgreSQL, beside the engine on SQLite with the same rows',
  measures: {
    firstPage: ms('table, first page with totals', 100),
    sort: ms('table, sorted by a metric, the slowest of four', 100),
    deepPage: ms('table, sorted by least value, at nine tenths', 100),
    filter: ms('table, filter on metric and param, with totals', 100),
    groups: ms('table, grouped by a param'),
    open: ms('series of 10 million points, open', 100),
    zoom: ms('series of 10 million points, zoom by step', 50),
    zoomTime: ms('series of 10 million points, zoom by time', 50),
    curveKb: { label: 'series of 10 million points, sent for 1,200 pixels', unit: 'KB' },
    wide: ms('1,500 × 1,500 × 150, first screen', 200),
    wideMb: { label: '1,500 × 1,500 × 150, sent for it', unit: 'MB' },
  },
  describePeers: () => 'The same engine on SQLite',
  async open({ isQuick, folder, report }) {
    await using opened = new AsyncDisposableStack()
    const workspaceFolder = join(folder, 'workspace')
    await mkdir(workspaceFolder)
    const sizes = isQuick ? quickSizes : fullSizes
    const longSeries = isQuick ? 870e3 : 10e6
    report('filling SQLite')
    await fillRuns(workspaceFolder, sizes)
    const longRun = await fillPoints(workspaceFolder, {
      points: longSeries,
      longSeries,
      shortSeries: 0,
      isLogged: false,
    })
    // It makes the tables of all features.
    const { client: onSqlite } = opened.use(await openTestWorkspace(workspaceFolder))
    report('copying it to PostgreSQL')
    const postgres = opened.use(await openPostgresServer())
    const words = ['store', 'migrate', '--data', join(workspaceFolder, dataFolderName), '--to', postgres.url]
    const { exitCode, stdout, stderr } = await startCli(words, { folder }).finished
    if (exitCode !== 0) throw new Error(stderr)
    report(stdout.trim())
    const shared = opened.use(await openSharedServers(postgres.url, 1))
    const [server] = shared.servers
    if (server === undefined) throw new Error('No server was started.')
    const onPostgres = opened.use(createHttpClient(server))
    const running = opened.move()
    return {
      ours: () => measureReads(onPostgres, longRun),
      peers: { SQLite: () => measureReads(onSqlite, longRun) },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})
