import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openS3ArtifactStore } from '../../src/tracking/s3-artifact-store.ts'
import { openS3Server, s3Environment, s3Keys, type StoreServer, whyNoStores } from '../servers/object-stores.ts'
import { readPeakMemoryBytes } from '../peak-memory.ts'
import { until } from '../until.ts'
import { type CliWorkspace, openCliWorkspace, parseObject, type Started } from './cli-workspace.ts'

const mebi = 1 << 20
const proxy = '/api/2.0/mlflow-artifacts'
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const pieceCount = isLong ? 2048 : 256

describe('a server whose artifacts are in a bucket', { skip: whyNoStores, timeout: 900_000 }, () => {
  let s3: StoreServer
  let workspace: CliWorkspace
  let env: Record<string, string>
  const said: string[] = []
  before(async () => {
    ;[s3, workspace] = await Promise.all([openS3Server(), openCliWorkspace()])
    env = s3Environment(s3)
  })
  after(async () => {
    await workspace?.[Symbol.asyncDispose]()
    await s3?.[Symbol.asyncDispose]()
  })

  const run = async (...args: string[]) => {
    const finished = await workspace.start(args, env).finished
    said.push(finished.stdout, finished.stderr)
    return finished
  }

  async function serve(data: string, ...args: string[]) {
    const started = workspace.start(['server', '--data', data, '--port', '0', '--no-token', '--json', ...args], env)
    const { trackingUri, artifacts } = parseObject(await lines(started))
    const uri = String(trackingUri)
    return {
      uri,
      artifacts,
      pid: started.process.pid ?? 0,
      send: async (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) => {
        const headers = method === 'POST' ? { 'content-type': 'application/json' } : {}
        const answer = await fetch(uri + path, { method, headers, ...(body === undefined ? {} : { body }) })
        const text = await answer.text()
        assert.equal(answer.status, 200, text)
        return text
      },
      async end(signal: NodeJS.Signals) {
        started.process.kill(signal)
        const { stdout, stderr } = await started.finished
        said.push(stdout, stderr)
      },
    }
  }

  /** What it prints when it listens, which is spread over lines. */
  async function lines(started: Started): Promise<string> {
    let text = ''
    started.process.stdout?.on('data', (chunk: string) => (text += chunk))
    await started.line('}')
    return text
  }

  const ask = async (uri: string, action: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${uri}/api/2.0/mlflow/${action}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    assert.equal(answer.status, 200, text)
    return parseObject(text)
  }

  async function createRun(uri: string): Promise<string> {
    const { run } = await ask(uri, 'runs/create', { experiment_id: '0', start_time: 1 })
    const { info } = parseObject(JSON.stringify(run))
    return String(parseObject(JSON.stringify(info))['run_id'])
  }

  it('stores, lists, gives in parts and deletes them there, and is named once', async () => {
    const server = await serve('team', '--artifacts', `s3://${s3Keys.bucket}/team`)
    assert.equal(server.artifacts, `s3://${s3Keys.bucket}/team`)
    const runId = await createRun(server.uri)
    const place = `${proxy}/artifacts/0/${runId}/artifacts`
    const bytes = randomBytes(20 * mebi)
    await server.send('PUT', `${place}/model/weights.bin`, new Uint8Array(bytes))
    await server.send('PUT', `${place}/notes.txt`, 'hello')
    const part = await fetch(`${server.uri}${place}/model/weights.bin`, { headers: { range: 'bytes=9000000-9000009' } })
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 9000000-9000009/${bytes.length}`])
    assert.ok(bytes.subarray(9_000_000, 9_000_010).equals(Buffer.from(await part.arrayBuffer())))

    const upload = parseObject(
      await server.send('POST', `${proxy}/mpu/create/0/${runId}/artifacts`, '{"path": "big.bin", "num_parts": 2}'),
    )
    const etags: (string | null)[] = []
    for (const number of [1, 2]) {
      const url = `${server.uri}${proxy}/mpu/parts/${String(upload['upload_id'])}/${number}`
      const answer = await fetch(url, { method: 'PUT', body: number === 1 ? 'one ' : 'two' })
      etags.push(answer.headers.get('etag'))
    }
    const parts = etags.map((etag, index) => ({ part_number: index + 1, etag }))
    const complete = JSON.stringify({ path: 'big.bin', upload_id: upload['upload_id'], parts })
    await server.send('POST', `${proxy}/mpu/complete/0/${runId}/artifacts`, complete)
    assert.equal(await server.send('GET', `${place}/big.bin`), 'one two')

    const listed = parseObject(await server.send('GET', `/api/2.0/mlflow/artifacts/list?run_id=${runId}`))
    assert.deepEqual(listed['files'], [
      { path: 'big.bin', is_dir: false, file_size: 7 },
      { path: 'model', is_dir: true },
      { path: 'notes.txt', is_dir: false, file_size: 5 },
    ])
    await server.send('DELETE', `${place}/model`)
    await server.end('SIGINT')
    assert.ok(!(await readdir(join(workspace.folder, 'team'))).includes('artifacts'))

    const again = await serve('team')
    assert.equal(again.artifacts, `s3://${s3Keys.bucket}/team`)
    assert.equal(await again.send('GET', `${place}/notes.txt`), 'hello')
    const after = parseObject(await again.send('GET', `/api/2.0/mlflow/artifacts/list?run_id=${runId}`))
    assert.deepEqual(after['files'], [
      { path: 'big.bin', is_dir: false, file_size: 7 },
      { path: 'notes.txt', is_dir: false, file_size: 5 },
    ])
    await again.end('SIGINT')
  })

  it(`streams ${isLong ? 2048 : 256} MiB both ways, and holds a few pieces of it at a time`, async (test) => {
    const server = await serve('large', '--artifacts', `s3://${s3Keys.bucket}/large`)
    const url = `${server.uri}${proxy}/artifacts/0/${await createRun(server.uri)}/artifacts/large.bin`
    const piece = randomBytes(mebi)
    const sent = createHash('sha256')
    const peakBefore = await readPeakMemoryBytes(server.pid)
    const request = http.request(url, { method: 'PUT', headers: { 'content-length': pieceCount * mebi } })
    const answered = once(request, 'response')
    for (let index = 0; index < pieceCount; index++) {
      piece.writeUInt32LE(index)
      sent.update(piece)
      if (!request.write(Buffer.from(piece))) await once(request, 'drain')
    }
    request.end()
    const [{ statusCode }] = await answered
    assert.equal(statusCode, 200)
    const received = createHash('sha256')
    for await (const chunk of (await fetch(url)).body ?? []) received.update(chunk)
    assert.equal(received.digest('hex'), sent.digest('hex'))
    if (peakBefore !== undefined) {
      const grownMib = (((await readPeakMemoryBytes(server.pid)) ?? Infinity) - peakBefore) / mebi
      test.diagnostic(`The server grew by ${Math.round(grownMib)} MiB.`)
      assert.ok(grownMib < 192, `${grownMib} MiB more at its most`)
    }
    await server.end('SIGINT')
  })

  it('that is killed while an artifact is sent shows nothing of it, and the next takes it whole', async () => {
    const server = await serve('killed', '--artifacts', `s3://${s3Keys.bucket}/killed`)
    const runId = await createRun(server.uri)
    const place = `${proxy}/artifacts/0/${runId}/artifacts`
    await server.send('PUT', `${place}/model.bin`, 'the old one')
    const sending = http.request(`${server.uri}${place}/model.bin`, { method: 'PUT' })
    sending.on('error', () => undefined).write(randomBytes(20 * mebi))
    const store = await openS3ArtifactStore({
      url: `s3://${s3Keys.bucket}/killed`,
      growingFolder: join(workspace.folder, 'none'),
      env,
    })
    const { signal } = new AbortController()
    await until(async () => (await Array.fromAsync(store.listUnfinished(signal))).length > 0, 120_000)
    await server.end('SIGKILL')
    sending.destroy()
    const next = await serve('killed')
    assert.equal(await next.send('GET', `${place}/model.bin`), 'the old one')
    const bytes = randomBytes(20 * mebi)
    await next.send('PUT', `${place}/model.bin`, new Uint8Array(bytes))
    assert.equal((await store.find(['0', runId, 'artifacts', 'model.bin']))?.sizeBytes, bytes.length)
    await next.end('SIGINT')
  })

  it('is checked, backed up and rid of what was deleted, with its bucket', async () => {
    const server = await serve('care', '--artifacts', `s3://${s3Keys.bucket}/care`)
    const [kept, doomed] = [await createRun(server.uri), await createRun(server.uri)]
    for (const runId of [kept, doomed]) {
      await server.send('PUT', `${proxy}/artifacts/0/${runId}/artifacts/model/MLmodel`, `flavors: {}\n`)
    }
    const history = JSON.stringify([{ artifact_path: 'model' }, { artifact_path: 'gone' }])
    await ask(server.uri, 'runs/set-tag', { run_id: kept, key: 'mlflow.log-model.history', value: history })
    await ask(server.uri, 'runs/delete', { run_id: doomed })
    const unknown = 'f'.repeat(32)
    await server.send('PUT', `${proxy}/artifacts/0/${unknown}/artifacts/left.bin`, '12345')
    await server.end('SIGINT')

    const check = await run('store', 'check', 'care', '--json')
    const { findings, artifactCount } = parseObject(check.stdout)
    assert.deepEqual([check.exitCode, artifactCount], [1, 2])
    assert.deepEqual(findings, [
      { kind: 'artifact', subject: `0/${kept}/artifacts/gone`, problem: `is missing; run ${kept} names it` },
    ])

    const gc = async (...more: string[]) => {
      const { stdout, stderr, exitCode } = await run(
        'store',
        'gc',
        '--data',
        'care',
        '--older-than',
        '0',
        '--json',
        ...more,
      )
      assert.equal(exitCode, 0, stderr)
      const { removed } = parseObject(stdout)
      assert.ok(Array.isArray(removed))
      return removed.map(({ kind, id, sizeBytes }) => [kind, id, sizeBytes])
    }
    const garbage = [
      ['run', doomed, 12],
      ['folder', `0/${unknown}`, 5],
    ]
    assert.deepEqual(await gc(), garbage)
    assert.deepEqual(await gc('--yes'), garbage)
    assert.deepEqual(await gc(), [])
    const store = await openS3ArtifactStore({
      url: `s3://${s3Keys.bucket}/care`,
      growingFolder: join(workspace.folder, 'none'),
      env,
    })
    const left = (await Array.fromAsync(store.walk([]))).map(({ path }) => path.join('/'))
    assert.deepEqual(left, [`0/${kept}/artifacts/model/MLmodel`])

    const backup = await run('store', 'backup', 'care-copy', '--data', 'care', '--json')
    assert.equal(backup.exitCode, 0, backup.stderr)
    assert.equal((await run('store', 'restore', 'care-copy', '--data', 'care', '--force')).exitCode, 0)
    const restored = await serve('care')
    assert.equal(restored.artifacts, `s3://${s3Keys.bucket}/care`)
    assert.equal(await restored.send('GET', `${proxy}/artifacts/0/${kept}/artifacts/model/MLmodel`), 'flavors: {}\n')
    await restored.end('SIGINT')
  })

  it('is refused where artifacts are elsewhere already, and where there is no such bucket', async () => {
    await mkdir(join(workspace.folder, 'local', 'artifacts', '0'), { recursive: true })
    await writeFile(join(workspace.folder, 'local', 'artifacts', '0', 'a.txt'), 'a')
    for (const [data, url, exitCode, words] of [
      ['local', `s3://${s3Keys.bucket}/local`, 1, /lie in .*local\/artifacts, not in s3:\/\/data\/local/],
      ['care', `s3://${s3Keys.bucket}/other`, 1, /lie in s3:\/\/data\/care/],
      ['fresh', 's3://nowhere/fresh', 1, /NoSuchBucket.*Make the bucket/s],
      ['fresh', 'https://example.org/fresh', 2, /takes s3:\/\/BUCKET\/PREFIX/],
    ] as const) {
      const refused = await run('server', '--data', data, '--port', '0', '--no-token', '--artifacts', url)
      assert.deepEqual([refused.exitCode, refused.stdout], [exitCode, ''], refused.stderr)
      assert.match(refused.stderr, words)
    }
    assert.ok(!(await readdir(join(workspace.folder, 'fresh'))).includes('artifacts.json'))
  })

  it('prints, logs and notes its keys nowhere', async () => {
    assert.doesNotMatch(said.join('\n'), new RegExp(s3Keys.secret))
    for (const folder of ['team', 'killed', 'care']) {
      for (const entry of await readdir(join(workspace.folder, folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const text = await readFile(join(entry.parentPath, entry.name), 'latin1')
        assert.ok(!text.includes(s3Keys.secret), entry.name)
      }
    }
  })
})
