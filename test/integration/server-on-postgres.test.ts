import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createHttpClient } from '../../src/client/http-client.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import { openScratchSchema } from '../../src/store/scratch-postgres.ts'
import { findFreePorts } from '../servers/free-ports.ts'
import { openPostgresServer, type PostgresServer, whyNoPostgres } from '../servers/postgres.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../until.ts'
import { startCli } from './cli-workspace.ts'
import { openTestEngine, token } from './engine-in-process.ts'
import { ask, openSharedServers } from './shared-servers.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'

describe('runwright server on PostgreSQL', { skip: whyNoPostgres, timeout: 900_000 }, () => {
  let postgres: PostgresServer
  let folder: string
  before(async () => {
    postgres = await openPostgresServer({ isDurable: false })
    folder = await mkdtemp(path.join(tmpdir(), 'runwright-team-'))
  })
  after(async () => {
    await postgres[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const serve = async (store: string, data: string, env: Record<string, string> = {}) => {
    const words = ['server', '--store', store, '--data', path.join(folder, data), '--port', '0']
    return startCli(words, { folder, env })
  }

  /** Expects that it does not start, and says nothing secret. */
  async function refuse(store: string, data: string, env: Record<string, string> = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await (await serve(store, data, env)).finished
    assert.notEqual(exitCode, 0, stdout)
    assert.ok(!`${stdout}${stderr}`.includes('geheim'), stderr)
    return stderr
  }

  for (const script of ['log_and_read_back.py', ...(isLong ? ['autolog_sklearn.py'] : [])]) {
    it(`shows the unchanged client what a store in a file shows it: ${script}`, async () => {
      const python = findTestPython(process.env)
      await using schema = await openScratchSchema(postgres.url)
      await using inFile = await openTestEngine()
      await using onServer = await openTestEngine({ storeUrl: schema.url })
      const [expected, shown] = await Promise.all(
        [inFile, onServer].map(({ engine }) =>
          runPython({ python, script, folder, server: { uri: engine.trackingUri, token } }),
        ),
      )
      assert.deepEqual(shownOf(shown), shownOf(expected))
      assert.deepEqual(onServer.errors, inFile.errors)
    })
  }

  it('is several processes whose clients see what each of them does, and that send each webhook once', async () => {
    await using schema = await openScratchSchema(postgres.url)
    const got: string[] = []
    await using receiver = createServer(async (request, response) => {
      got.push(await text(request))
      response.end()
    })
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const address = receiver.address()
    assert.ok(typeof address === 'object' && address !== null)
    const settings = { MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http', MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: '1' }
    await using shared = await openSharedServers(schema.url, 3, settings)
    const [first, second, third] = shared.servers
    assert.ok(first !== undefined && second !== undefined && third !== undefined)

    await using client = createHttpClient(second)
    const leaving = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const { event } of client.events(leaving.signal)) seen.push(JSON.stringify(event))
    })().catch(() => undefined)
    await until(() => seen.length > 0)
    const { json } = await ask(first, 'runs/create', { experiment_id: '0', run_name: 'shared' })
    const runId = String(isRecord(json['run']) && isRecord(json['run']['info']) && json['run']['info']['run_id'])
    await until(() => seen.some((event) => event.includes(runId)))
    const metrics = Array.from({ length: 400 }, (_, index) => ({
      key: `${'long name '.repeat(10)}${index}`,
      value: index,
      timestamp: 1,
      step: 0,
    }))
    await ask(first, 'runs/log-batch', { run_id: runId, metrics })
    await until(() => metrics.every(({ key }) => seen.some((event) => event.includes(`"${key}"`))))
    leaving.abort()
    await watching

    const url = `http://127.0.0.1:${address.port}/hook`
    const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }]
    const { status, json: made } = await ask(third, 'webhooks', { name: 'hook', url, events })
    assert.equal(status, 200, JSON.stringify(made))
    const names = Array.from({ length: 30 }, (_, index) => `model ${index}`)
    await Promise.all(
      names.map((name, index) => ask([first, second, third][index % 3] ?? first, 'registered-models/create', { name })),
    )
    await until(() => names.every((name) => got.some((body) => body.includes(`"${name}"`))), 120_000)
    assert.equal(got.length, names.length)
  })

  it('says that jobs are for the engine of a workspace', async () => {
    await using schema = await openScratchSchema(postgres.url)
    await using engine = await openTestEngine({ storeUrl: schema.url })
    const body = JSON.stringify({ method: 'jobs/cancel', params: { jobId: '0'.repeat(32) } })
    const { status, text: answer } = await engine.send({
      method: 'POST',
      path: paths.call,
      headers: { 'content-type': 'application/json' },
      body,
    })
    assert.deepEqual([status, /runs no jobs/.test(answer)], [501, true], answer)
  })

  it('names what is wrong with the address, the database or the folder, and never the password', async () => {
    const [port = 0] = await findFreePorts(1)
    const { host } = new URL(postgres.url)
    assert.match(await refuse('mysql://ada:geheim@127.0.0.1/runs', 'a'), /no address of a PostgreSQL database/)
    assert.match(await refuse(`postgres://ada:geheim@127.0.0.1:${port}/runs`, 'a'), /127\.0\.0\.1:\d+ does not answer/)
    assert.match(await refuse(`postgres://ada:geheim@${host}/runs`, 'a'), /refuses the user "ada"/)
    const missing = `postgres://runwright:geheim@${host}/missing`
    assert.match(await refuse(missing, 'a'), /has no database "missing".*createdb/s)
    const unknown = `postgres://runwright:geheim@${host}/runwright?sslmode=always`
    assert.match(await refuse(unknown, 'a'), /sslmode=always is none/)
    const encrypted = `postgres://runwright:geheim@${host}/runwright?sslmode=require`
    assert.match(await refuse(encrypted, 'a'), /does not encrypt its connections/)

    await using schema = await openScratchSchema(postgres.url)
    await using newer = await openScratchSchema(postgres.url)
    for (const { url } of [schema, newer]) await (await openTestEngine({ storeUrl: url }))[Symbol.asyncDispose]()
    await newer.execute(`insert into migrations values (9999, 'of tomorrow')`)
    assert.match(await refuse(newer.url, 'a'), /written by a newer version.*step 9999.*of tomorrow/s)
  })

  it('is looked after from the command line while it runs; for backups the tools of the database are named', async () => {
    await using schema = await openScratchSchema(postgres.url)
    await using shared = await openSharedServers(schema.url, 1)
    const [server] = shared.servers
    assert.ok(server !== undefined)
    const { json } = await ask(server, 'runs/create', { experiment_id: '0', run_name: 'doomed' })
    const runId = isRecord(json['run']) && isRecord(json['run']['info']) && json['run']['info']['run_id']
    await ask(server, 'runs/delete', { run_id: runId })
    const run = (...words: string[]) =>
      startCli(['store', ...words, '--store', schema.url, '--json'], { folder }).finished
    const checked = await run('check', shared.dataFolder)
    assert.equal(checked.exitCode, 0, checked.stderr)
    const gone = await run('gc', '--data', shared.dataFolder, '--older-than', '0', '--yes')
    assert.equal(gone.exitCode, 0, gone.stderr)
    const removed: unknown = JSON.parse(gone.stdout)
    assert.match(JSON.stringify(removed), new RegExp(`"id":"${String(runId)}"`))
    assert.equal((await ask(server, 'runs/restore', { run_id: runId })).status, 404)
    const backup = await run('backup', 'folder')
    assert.match(backup.stderr, /pg_dump --format=custom/)
    assert.notEqual(backup.exitCode, 0)
  })

  it('takes no folder whose artifacts belong to another store', async () => {
    await using schema = await openScratchSchema(postgres.url)
    const dataFolder = path.join(folder, 'owned')
    await (await openTestEngine({ storeUrl: schema.url, dataFolder }))[Symbol.asyncDispose]()
    await assert.rejects(openTestEngine({ dataFolder }), { code: 'INVALID_STATE', message: /store postgres:\/\// })
    await rm(path.join(dataFolder, 'store.url'))
    await writeFile(path.join(dataFolder, 'store.db'), '')
    await assert.rejects(openTestEngine({ storeUrl: schema.url, dataFolder }), {
      code: 'INVALID_STATE',
      message: /a store of its own/,
    })
  })

  it('answers that it waits while the database is away, and goes on when it is back', async () => {
    await using own = await openPostgresServer()
    await using engine = await openTestEngine({ storeUrl: own.url })
    const server = { url: engine.engine.trackingUri, token }
    assert.equal((await ask(server, 'runs/create', { experiment_id: '0' })).status, 200)
    await own.kill9()
    const read = await ask(server, 'runs/search', { experiment_ids: ['0'] })
    assert.equal(read.status, 503, JSON.stringify(read.json))
    assert.match(String(read.json['message']), /database server 127\.0\.0\.1:\d+/)
    const written = ask(server, 'runs/create', { experiment_id: '0' })
    await own.start()
    // A write waits some seconds; on a slow machine a server takes longer to be back.
    assert.ok([200, 503].includes((await written).status))
    await until(async () => (await ask(server, 'runs/create', { experiment_id: '0' })).status === 200)
    const { json } = await ask(server, 'runs/search', { experiment_ids: ['0'] })
    assert.ok(Array.isArray(json['runs']) && json['runs'].length >= 2)
  })
})

/** Without the routes that were called to show it. */
function shownOf(printed: Record<string, unknown> | undefined): unknown {
  return Object.fromEntries(
    Object.entries(printed ?? {}).map(([name, value]) => [
      name,
      isRecord(value) && 'shown' in value ? value['shown'] : value,
    ]),
  )
}
