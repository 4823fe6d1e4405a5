import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { migrateStore, type MigrateOptions } from '../../src/care/migrate-store.ts'
import { migrations } from '../../src/engine/migrations.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openScratchSchema } from '../../src/store/scratch-postgres.ts'
import { createFolderArtifactStore } from '../../src/tracking/folder-artifact-store.ts'
import { openS3Server, s3Environment, s3Keys, whyNoStores } from '../servers/object-stores.ts'
import { openPostgresServer, type PostgresServer, whyNoPostgres } from '../servers/postgres.ts'
import { openCliWorkspace, parseObject, startCli } from './cli-workspace.ts'
import { openTestEngine, type TestEngine } from './engine-in-process.ts'
import { createSend, fillStore, type FullStore, readStore } from './full-store.ts'

const kills = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 4 : 20

/** So that a webhook can be registered without a name service. */
const webhooks = { schemes: ['http'], allowsPrivate: true }

describe('a store that is migrated to PostgreSQL', { skip: whyNoPostgres }, () => {
  let server: PostgresServer
  let source: TestEngine
  let stored: FullStore
  before(async () => {
    ;[server, source] = await Promise.all([openPostgresServer({ isDurable: false }), openTestEngine({ webhooks })])
    stored = await fillStore(createSend(source))
  })
  after(async () => {
    await source?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  const migrate = (to: string, options: Partial<MigrateOptions> = {}) =>
    migrateStore({
      dataFolder: source.dataFolder,
      to,
      artifactStore: createFolderArtifactStore(join(source.dataFolder, 'artifacts')),
      bucket: undefined,
      migrations,
      areZerosReplaced: false,
      signal: new AbortController().signal,
      onProgress: () => {},
      ...options,
    })

  /** Rows of all features. */
  async function countRows(url: string): Promise<number> {
    await using database = await openPostgres({ url, migrations })
    return await database.read(async (sql) => {
      const tables = await sql.all(
        `select c.relname as name from pg_class c where c.relkind = 'r' and c.relname not in ('migrations', 'writers')
           and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())`,
      )
      let count = 0
      for (const { name } of tables) {
        count += Number((await sql.get(`select count(*) as count from "${String(name)}"`))?.['count'])
      }
      return count
    })
  }

  /** Another process that uses the file. */
  function openFile() {
    const file = new DatabaseSync(join(source.dataFolder, 'store.db'), { timeout: 5000 })
    return {
      tag: (value: string) =>
        file.prepare(`insert into experiment_tags (experiment, key, value) values (0, 'late', ${value})`).run(),
      [Symbol.dispose]() {
        file.prepare(`delete from experiment_tags where key = 'late'`).run()
        file.close()
      },
    }
  }

  it('answers every question as before, gives new numbers to what comes next, and is told apart from nothing', async () => {
    await using schema = await openScratchSchema(server.url)
    const progress: number[] = []
    const { store } = await migrate(schema.url, { onProgress: ({ doneFiles }) => progress.push(doneFiles) })
    assert.ok(store !== undefined && !store.isBehind && store.replacedZeros === 0)
    assert.ok(progress.length > 10 && progress.at(-1) === store.rowCount)
    const filled = store.tables.filter(({ rowCount }) => rowCount > 0).map(({ name }) => name)
    for (const name of [
      'chunks',
      'chunk_data',
      'points',
      'traces',
      'webhooks',
      'scorers',
      'dataset_records',
      'models',
    ]) {
      assert.ok(filled.includes(name), `nothing is in ${name}`)
    }
    await using target = await openTestEngine({ storeUrl: schema.url })
    const [before, now] = [createSend(source), createSend(target)]
    const [expected, answers] = [await readStore(before, stored), await readStore(now, stored)]
    for (const [question, answer] of Object.entries(expected)) assert.deepEqual(answers[question], answer, question)

    const [, experiment_id = ''] = stored.experimentIds
    const made = await now('2.0/mlflow/experiments/create', { name: 'after' })
    assert.deepEqual(made, { experiment_id: String(Math.max(...stored.experimentIds.map(Number)) + 1) })
    await now('2.0/mlflow/runs/create', { experiment_id, start_time: 1 })
    const [runId = ''] = stored.runIds
    const metrics = Array.from({ length: 1000 }, (_, at) => ({
      key: 'loss',
      step: 4000 + at,
      timestamp: at,
      value: at,
    }))
    await now('2.0/mlflow/runs/log-batch', { run_id: runId, metrics })
  })

  it('leaves the file as it was, which an engine goes on using, and says that it was written to', async () => {
    await using schema = await openScratchSchema(server.url)
    const hash = async () =>
      createHash('sha256')
        .update(await readFile(join(source.dataFolder, 'store.db')))
        .digest('hex')
    const [names, before] = [await readdir(source.dataFolder), await hash()]
    const { store } = await migrate(schema.url)
    assert.deepEqual([await readdir(source.dataFolder), await hash()], [names, before])
    assert.equal(store?.isBehind, false)
    await using other = await openScratchSchema(server.url)
    using file = openFile()
    let writes = 0
    const late = await migrate(other.url, { onProgress: () => (writes += 1) === 1 && file.tag(`'x'`) })
    assert.equal(late.store?.isBehind, true)
    assert.equal(late.store.rowCount, store?.rowCount, 'it is as it was at one moment')
  })

  it('is all there or not at all: cancelled, or with a text that has no place, it leaves an empty database', async () => {
    await using schema = await openScratchSchema(server.url)
    const cancelling = new AbortController()
    const cancelled = migrate(schema.url, {
      signal: cancelling.signal,
      onProgress: ({ doneFiles }) => doneFiles > 100 && cancelling.abort(),
    })
    await assert.rejects(cancelled, { code: 'CANCELLED' })
    assert.equal(await countRows(schema.url), 1, 'the experiment "Default"')

    using file = openFile()
    file.tag(`'a' || char(0) || 'b'`)
    await assert.rejects(migrate(schema.url), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /"value" of the table "experiment_tags" has a zero character/,
      hint: /--replace-zeros/,
    })
    assert.equal(await countRows(schema.url), 1)
    const { store } = await migrate(schema.url, { areZerosReplaced: true })
    assert.equal(store?.replacedZeros, 1)
    assert.ok((await schema.dump()).includes('a\uFFFDb'))
  })

  it(`is there whole or not at all when it is killed (${kills} times), and whole when it is done again`, async () => {
    const migrateBy = (url: string) =>
      startCli(['store', 'migrate', '--data', source.dataFolder, '--to', url, '--json'], { folder: source.dataFolder })
    await using whole = await openScratchSchema(server.url)
    const startedAt = performance.now()
    const first = await migrateBy(whole.url).finished
    assert.equal(first.exitCode, 0, first.stderr)
    const durationMs = performance.now() - startedAt
    const rowCount = await countRows(whole.url)
    let killed = 0
    for (let turn = 0; turn < kills; turn++) {
      await using schema = await openScratchSchema(server.url)
      const started = migrateBy(schema.url)
      await Promise.race([started.finished, delay(((turn + Math.random()) / kills) * durationMs)])
      started.process.kill('SIGKILL')
      if ((await started.finished).signal === 'SIGKILL') killed += 1
      const found = await countRows(schema.url)
      assert.ok(found === 1 || found === rowCount, `${found} rows of ${rowCount}`)
      const again = await migrateBy(schema.url).finished
      if (found === 1) assert.equal(again.exitCode, 0, again.stderr)
      else assert.equal(parseObject(again.stderr)['error_code'], 'RESOURCE_ALREADY_EXISTS')
      assert.equal(await countRows(schema.url), rowCount)
    }
    // The first is killed soon after its start; when the last of them would have ended is a matter of how busy the machine is.
    assert.ok(killed > 0, 'None was killed before it ended.')
  })

  it('goes to no database that has rows or is not there, and changes nothing', async () => {
    await using schema = await openScratchSchema(server.url)
    await using target = await openTestEngine({ storeUrl: schema.url })
    await createSend(target)('2.0/mlflow/experiments/create', { name: 'own' })
    const before = await countRows(schema.url)
    await assert.rejects(migrate(schema.url), { code: 'RESOURCE_ALREADY_EXISTS', message: /is not empty/ })
    assert.equal(await countRows(schema.url), before)
    const nowhere = server.url.replace(/runwright$/, 'missing')
    await assert.rejects(migrate(nowhere), { code: 'RESOURCE_DOES_NOT_EXIST', message: /"missing"/ })
  })
})

describe('runwright store migrate', { skip: whyNoPostgres || whyNoStores, timeout: 900_000 }, () => {
  it('brings rows and artifacts of a server to a database and a bucket, from which another serves them', async () => {
    await using server = await openPostgresServer({ isDurable: false })
    await using s3 = await openS3Server()
    await using workspace = await openCliWorkspace()
    const env = s3Environment(s3)
    const bucket = `s3://${s3Keys.bucket}/migrated`
    const run = (...args: string[]) => workspace.start(args, env).finished
    const { runId } = await workspace.json('run', '-n', 'first', '--', process.execPath, '-e', 'console.log("hello")')

    const migrateTo = (artifacts: string, ...more: string[]) =>
      run('store', 'migrate', '--to', server.url, '--artifacts', artifacts, ...more)
    const nowhere = await migrateTo('s3://nowhere/migrated')
    assert.equal(nowhere.exitCode, 1)
    assert.match(nowhere.stderr, /NoSuchBucket/)
    const { exitCode, stdout, stderr } = await migrateTo(bucket)
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /^Copied \d+ rows of \d+ tables to postgres:\/\/runwright@.*; all are the same there\.$/m)
    assert.match(stdout, /^2 artifacts .* are in s3:\/\/data\/migrated now; 2 sent\.$/m)
    const served = /runwright (server --data .*)/.exec(stdout)?.[1]?.split(' ') ?? []
    assert.ok(served.includes('--store') && served.includes(bucket), stdout)
    const again = await migrateTo(bucket, '--json')
    assert.equal(again.exitCode, 1)
    assert.equal(parseObject(again.stderr)['error_code'], 'RESOURCE_ALREADY_EXISTS')
    const artifactsAlone = await run('store', 'migrate', '--artifacts', bucket, '--json')
    const { artifacts } = parseObject(artifactsAlone.stdout)
    assert.ok(isRecord(artifacts))
    assert.deepEqual([artifacts['count'], artifacts['sentCount']], [2, 0], 'what is there is not sent again')

    // As it was said.
    await workspace.json('engine', 'stop')
    const dataFolder = join(workspace.folder, '.runwright')
    const aside = join(workspace.folder, 'aside')
    await mkdir(aside)
    for (const name of await readdir(dataFolder)) {
      if (/^(store\.db|artifacts$)/.test(name)) await rename(join(dataFolder, name), join(aside, name))
    }
    const started = workspace.start([...served, '--port', '0', '--no-token'], env)
    const uri = /http:\/\/\S+/.exec(await started.line('Runwright serves'))?.[0] ?? ''
    const found = await fetch(`${uri}/api/2.0/mlflow/runs/get?run_id=${String(runId)}`)
    assert.equal(found.status, 200, await found.text())
    const log = await fetch(`${uri}/get-artifact?run_id=${String(runId)}&path=logs/output.log`)
    assert.equal(await log.text(), 'hello\n')
    started.process.kill('SIGINT')
    assert.equal((await started.finished).exitCode, 0)
  })
})
