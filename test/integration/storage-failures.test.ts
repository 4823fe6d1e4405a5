import assert from 'node:assert/strict'
import { chown, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { openScratchSchema } from '../../src/store/scratch-postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { trackingMigrations } from '../../src/tracking/migrations.ts'
import { openPostgresServer, whyNoPostgres } from '../servers/postgres.ts'
import { parseObject } from './cli-workspace.ts'
import { openTestEngine, type TestEngine } from './engine-in-process.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'
import { createSend } from './full-store.ts'
import { cannotMount, makeReadOnly, openSmallDisk } from './mounts.ts'
import { processEnd } from './process-end.ts'
import { runCli } from './run-cli.ts'

const mebibyte = 1024 * 1024

describe('a full disk', { timeout: 300_000, skip: cannotMount }, () => {
  it('refuses a batch, says of which file, keeps what was acknowledged, and goes on once there is space', async () => {
    await using disk = await openSmallDisk(16 * mebibyte)
    await using workspace = await createTestWorkspace(disk.path)
    await using client = await workspace.connect()
    const runId = await startRun(client)
    const { pid } = workspace.engineFile()
    const log = (step: number) => logBatch(workspace, runId, step)
    // All but the first wait among the incoming metrics, and cannot be settled while there is no room.
    const acknowledged = [0, 1, 2, 3, 4, 5]
    for (const step of acknowledged) assert.equal((await log(step)).status, 200)

    await disk.fill()
    let refused = await log(6)
    for (let step = 6; refused.status === 200; refused = await log(++step)) acknowledged.push(step)
    assert.equal(refused.status, 507, JSON.stringify(refused.body))
    const { error_code: code, message, hint } = refused.body
    assert.equal(code, 'STORAGE_FULL')
    assert.ok(String(message).includes(join(workspace.path, '.runwright', 'store.db')), String(message))
    assert.match(String(hint), /Free some space on that disk and try again/)
    assert.equal((await log(1_000_000)).status, 507)
    assert.deepEqual(await steps(client, runId), acknowledged)

    await disk.free()
    assert.equal((await log(2_000_000)).status, 200)
    assert.deepEqual(await steps(client, runId), [...acknowledged, 2_000_000])
    assert.equal((await client.call('engine/status', {})).pid, pid)
  })

  it('refuses an artifact and leaves the one before it, and nothing by half', async () => {
    await using disk = await openSmallDisk(16 * mebibyte)
    await using workspace = await createTestWorkspace(disk.path)
    await using client = await workspace.connect()
    const runId = await startRun(client)
    await client.upload(runId, 'model.bin', Buffer.from('first'))
    await disk.fill(2 * mebibyte)
    const tooLarge = client.upload(runId, 'model.bin', Buffer.alloc(8 * mebibyte))
    await assert.rejects(tooLarge, (error) => isTold(error, 'STORAGE_FULL', 'model.bin', /Free space on that disk/))
    await assert.rejects(client.upload(runId, 'new.bin', Buffer.alloc(8 * mebibyte)), { code: 'STORAGE_FULL' })
    const { entries } = await client.call('artifacts/list', { runId })
    assert.deepEqual(entries, [{ path: 'model.bin', isDirectory: false, sizeBytes: 5 }])
    assert.equal(await new Response(await client.download(runId, 'model.bin')).text(), 'first')
    assert.deepEqual(await readdir(join(workspace.path, '.runwright', 'artifacts', '.incoming')), [])

    await disk.free()
    await client.upload(runId, 'model.bin', Buffer.alloc(8 * mebibyte))
    assert.equal((await new Response(await client.download(runId, 'model.bin')).bytes()).length, 8 * mebibyte)
  })

  it('leaves an upload in parts as it was when there is no room for the whole, which comes later', async () => {
    await using disk = await openSmallDisk(16 * mebibyte)
    await using engine = await openTestEngine({ dataFolder: join(disk.path, 'data') })
    const folder = '/api/2.0/mlflow-artifacts'
    const ask = (action: string, body: object) =>
      engine.send({
        method: 'POST',
        path: `${folder}/mpu/${action}/0/run/artifacts`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: 'model.bin', ...body }),
      })
    const { upload_id } = JSON.parse((await ask('create', { num_parts: 2 })).text)
    const parts: object[] = []
    for (const number of [1, 2]) {
      const path = `${folder}/mpu/parts/${upload_id}/${number}`
      const { headers } = await engine.send({ method: 'PUT', path, body: Buffer.alloc(2 * mebibyte, number) })
      parts.push({ part_number: number, etag: headers.etag })
    }
    await disk.fill(mebibyte)
    const refused = await ask('complete', { upload_id, parts })
    assert.deepEqual([refused.status, JSON.parse(refused.text).error_code], [507, 'STORAGE_FULL'])
    assert.equal((await engine.send({ path: `${folder}/artifacts?path=0/run/artifacts` })).text, '{}')

    await disk.free()
    assert.equal((await ask('complete', { upload_id, parts })).status, 200)
    const { text } = await engine.send({ path: `${folder}/artifacts?path=0/run/artifacts` })
    assert.deepEqual(JSON.parse(text).files, [{ path: 'model.bin', is_dir: false, file_size: 4 * mebibyte }])
  })

  it('lets no store of an older version be brought up to date by half: it is as it was until there is room', async () => {
    await using disk = await openSmallDisk(16 * mebibyte)
    const dataFolder = join(disk.path, 'data')
    await mkdir(dataFolder)
    const path = join(dataFolder, 'store.db')
    const points = 20_000
    const runId = 'a'.repeat(32)
    {
      await using old = await openSqlite({ path, migrations: trackingMigrations.slice(0, 1) })
      await old.write(async (sql) => {
        await sql.run(
          `insert into runs (id, run_id, experiment, name, user_id, start_time) values (1, ?, 0, 'old', 'ada', 5)`,
          runId,
        )
        await sql.run(
          `insert into series (id, run, key, step, timestamp, value) values (1, 1, 'loss', ?, 5, 0.5)`,
          points - 1,
        )
        await sql.run(
          `insert into points with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?)
             select 1, i, 5, i / 2.0 from n`,
          points,
        )
      })
    }
    let refusals = 0
    for (let leftBytes = 0; ; leftBytes += 8192) {
      await disk.fill(leftBytes)
      const opened = await openTestEngine({ dataFolder }).catch((error: unknown) => {
        isTold(error, 'STORAGE_FULL', dataFolder, /Free (some )?space on that disk/)
        refusals += 1
      })
      await disk.free()
      if (opened === undefined) continue
      await opened[Symbol.asyncDispose]()
      break
    }
    assert.ok(refusals > 2, `${refusals} times there was no room for some of it`)
    await using engine = await openTestEngine({ dataFolder })
    const { text } = await engine.send({
      path: `/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=loss&max_results=25000`,
    })
    const { metrics } = JSON.parse(text) as { metrics: { step: number; value: number }[] }
    assert.deepEqual(
      metrics.map(({ step, value }) => [Number(step), value]),
      Array.from({ length: points }, (_, step) => [step, step / 2]),
    )
  })

  it('lets no engine start, says so in the terminal, and is no obstacle later', async () => {
    await using disk = await openSmallDisk(16 * mebibyte)
    await using workspace = await createTestWorkspace(disk.path)
    await disk.fill()
    const { exitCode, stderr } = await runCli(workspace.path, 'runs', 'list', '--json')
    assert.equal(exitCode, 4)
    const error = parseObject(stderr)
    assert.equal(error['error_code'], 'STORAGE_FULL', stderr)
    assert.ok(String(error['message']).includes(workspace.path), stderr)
    await disk.free()
    assert.equal((await runCli(workspace.path, 'runs', 'list', '--json')).exitCode, 0)
  })
})

describe('a full disk of a database server', { timeout: 300_000, skip: cannotMount || whyNoPostgres }, () => {
  it('refuses a batch, keeps what was acknowledged, and goes on once there is space', async () => {
    await using disk = await openSmallDisk(48 * mebibyte)
    await using server = await openPostgresServer({ isDurable: false })
    const space = join(disk.path, 'space')
    await mkdir(space)
    // The server runs as a user of its own where the test is root.
    await chown(space, 65_534, 65_534)
    await using schema = await openScratchSchema(server.url)
    await schema.execute(`create tablespace small location '${space}'`)
    const url = new URL(schema.url)
    url.searchParams.set('options', `${url.searchParams.get('options')} -c default_tablespace=small`)
    await using engine = await openTestEngine({ storeUrl: url.href })
    const ask = createSend(engine)
    const { run } = (await ask('2.0/mlflow/runs/create', { experiment_id: '0' })) as {
      run: { info: { run_id: string } }
    }
    const runId = run.info.run_id
    const stepsOf = async (key: string) => {
      const found = await ask(`2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}`)
      return (found as { metrics: { step: number }[] }).metrics.map(({ step }) => Number(step))
    }
    assert.equal((await sendBatch(engine, runId, 0)).status, 200)
    await disk.fill()
    const acknowledged = [0]
    let refused = await sendBatch(engine, runId, 1)
    for (let step = 1; refused.status === 200; refused = await sendBatch(engine, runId, ++step)) acknowledged.push(step)
    const { error_code: code, message } = JSON.parse(refused.text)
    assert.deepEqual([refused.status, code], [507, 'STORAGE_FULL'], refused.text)
    assert.match(message, /The disk of the database server .* is full; nothing of this was stored/)
    assert.equal((await sendBatch(engine, runId, 1_000_000)).status, 507)
    for (const key of ['metric 0', 'metric 99']) assert.deepEqual(await stepsOf(key), acknowledged)

    await disk.free()
    assert.equal((await sendBatch(engine, runId, 2_000_000)).status, 200)
    assert.deepEqual(await stepsOf('metric 99'), [...acknowledged, 2_000_000])
  })
})

describe('a folder that cannot be written', { timeout: 300_000 }, () => {
  it('lets no engine start, and is named in the terminal', async () => {
    await using workspace = await createTestWorkspace()
    await stopAfter(workspace, startRun)
    await using _protection = await makeReadOnly(join(workspace.path, '.runwright'))
    await assert.rejects(workspace.connect(), (error) =>
      isTold(error, 'STORAGE_READ_ONLY', join(workspace.path, '.runwright'), /write access|right to write/),
    )
    const { exitCode, stderr } = await runCli(workspace.path, 'runs', 'list', '--json')
    assert.equal(exitCode, 4)
    assert.equal(parseObject(stderr)['error_code'], 'STORAGE_READ_ONLY', stderr)
  })

  it('refuses artifacts of an engine that runs, by name', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    const runId = await startRun(client)
    await client.upload(runId, 'plots/a.txt', Buffer.from('a'))
    {
      await using _protection = await makeReadOnly(join(workspace.path, '.runwright', 'artifacts', '.incoming'))
      const upload = client.upload(runId, 'plots/b.txt', Buffer.from('b'))
      await assert.rejects(upload, (error) => isTold(error, 'STORAGE_READ_ONLY', 'plots/b.txt', /write access/))
    }
    await client.upload(runId, 'plots/b.txt', Buffer.from('b'))
  })
})

const damages: Readonly<Record<string, { code: ErrorCode; harm(path: string): Promise<void> }>> = {
  'whose header is garbage': {
    code: 'STORAGE_DAMAGED',
    harm: (path) => overwrite(path, 0, 100),
  },
  'with flipped bytes in the middle': {
    code: 'STORAGE_DAMAGED',
    harm: async (path) => overwrite(path, Math.floor((await readFile(path)).length / 2), 4096),
  },
  'that was cut off': {
    code: 'STORAGE_DAMAGED',
    harm: async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  },
  'of a newer version': {
    code: 'STORAGE_TOO_NEW',
    async harm(path) {
      using database = new DatabaseSync(path)
      database.exec(`insert into migrations (number, name) values (1000, 'from the future')`)
    },
  },
}

describe('a database', { timeout: 300_000 }, () => {
  for (const [what, { code, harm }] of Object.entries(damages)) {
    it(`${what} is named, and left as it is`, async () => {
      await using workspace = await createTestWorkspace()
      await stopAfter(workspace, async (client) => {
        const runId = await startRun(client)
        for (let step = 0; step < 200; step++) await logBatch(workspace, runId, step)
      })
      const path = join(workspace.path, '.runwright', 'store.db')
      await harm(path)
      const before = await readFile(path)
      const hint = code === 'STORAGE_TOO_NEW' ? /Update Runwright/ : /It was left as it is.* restore a backup/s
      await assert.rejects(workspace.connect(), (error) => isTold(error, code, path, hint))
      const { exitCode, stderr } = await runCli(workspace.path, 'runs', 'list', '--json')
      assert.equal(exitCode, 4)
      assert.equal(parseObject(stderr)['error_code'], code, stderr)
      assert.ok(before.equals(await readFile(path)), 'the file has changed')
    })
  }

  it('that was damaged while its last writes were still in the log is left with that log', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    const runId = await startRun(client)
    for (let step = 0; step < 1500; step++) await logBatch(workspace, runId, step)
    await kill(workspace)
    const path = join(workspace.path, '.runwright', 'store.db')
    await damages['with flipped bytes in the middle']?.harm(path)
    const before = await Promise.all([readFile(path), readFile(`${path}-wal`)])
    assert.ok((before[1]?.length ?? 0) > 0)
    await assert.rejects(workspace.connect(), (error) => isTold(error, 'STORAGE_DAMAGED', path, /store\.db-wal/))
    const after = await Promise.all([readFile(path), readFile(`${path}-wal`)])
    assert.deepEqual(
      after.map((bytes, index) => before[index]?.equals(bytes)),
      [true, true],
    )
  })
})

async function startRun(client: Client): Promise<RunId> {
  const { experiment } = await client.call('experiments/ensure', { name: 'storage' })
  return (await client.call('runs/start', { experimentId: experiment.experimentId })).run.runId
}

/** As an MLflow client sends it: the first writes some 60 kB, one that waits some 10 kB. */
function batchOf(step: number) {
  return Array.from({ length: 100 }, (_, index) => ({ key: `metric ${index}`, value: step, timestamp: 1, step }))
}

function sendBatch({ send }: TestEngine, runId: string, step: number) {
  return send({
    method: 'POST',
    path: '/api/2.0/mlflow/runs/log-batch',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: runId, metrics: batchOf(step) }),
  })
}

async function logBatch({ engineFile }: TestWorkspace, runId: RunId, step: number) {
  const { port, token } = engineFile()
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/log-batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ run_id: runId, metrics: batchOf(step) }),
  })
  const body: unknown = await response.json()
  return { status: response.status, body: isRecord(body) ? body : assert.fail() }
}

/** Steps that the store has, checked to be the same in every metric of the batch. */
async function steps(client: Client, runId: RunId): Promise<number[]> {
  const [first, last] = await Promise.all(
    ['metric 0', 'metric 99'].map(async (key) =>
      (await client.call('metrics/history', { runId, key })).points.map(({ step }) => step),
    ),
  )
  assert.deepEqual(first, last, 'a batch is there by half')
  return first ?? []
}

/** Does something with an engine that is then stopped, with all that it stored in its file. */
async function stopAfter(workspace: TestWorkspace, work: (client: Client) => Promise<unknown>): Promise<void> {
  await using client = await workspace.connect()
  await work(client)
  const { pid } = workspace.engineFile()
  await client.call('engine/stop', {})
  await processEnd(pid)
}

async function kill(workspace: TestWorkspace): Promise<void> {
  const { pid } = workspace.engineFile()
  process.kill(pid, 'SIGKILL')
  await processEnd(pid)
}

async function overwrite(path: string, start: number, length: number): Promise<void> {
  const bytes = await readFile(path)
  for (let at = start; at < start + length; at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

/** Whether an error has the code, names the file and says what to do. */
function isTold(error: unknown, code: ErrorCode, file: string, hint: RegExp): true {
  assert.ok(error instanceof Error && 'code' in error && 'hint' in error, String(error))
  assert.equal(error.code, code, error.message)
  assert.ok(error.message.includes(file), error.message)
  assert.match(String(error.hint), hint)
  return true
}
