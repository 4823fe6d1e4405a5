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
import { readMeasures } from '../scale/read-measures.ts'
import { fullSizes, quickSizes } from '../scale/stages.ts'

export default defineBenchmark({
  name: 'postgres-scale',
  summary:
    'What views ask of 100,000 runs, 1,500 of 1,500 metrics each and a series of 10 million points: `runwright server` on PostgreSQL, beside the engine on SQLite with the same rows',
  // A server may take three times as long as is asked of a file beside the engine.
  measures: readMeasures(3),
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
