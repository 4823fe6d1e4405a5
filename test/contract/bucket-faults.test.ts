import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { createArtifacts } from '../../src/tracking/artifacts.ts'
import { openS3ArtifactStore, type S3ArtifactStore } from '../../src/tracking/s3-artifact-store.ts'
import { findFreePorts } from '../servers/free-ports.ts'
import { openLineToCut } from '../servers/line-to-cut.ts'
import {
  openS3Server,
  s3Environment,
  s3Keys,
  s3Reader,
  type StoreServer,
  whyNoStores,
} from '../servers/object-stores.ts'
import { until } from '../until.ts'
import { inPieces } from './artifact-store.ts'

const mebi = 1 << 20
const run = `1/${'a'.repeat(32)}/artifacts`

describe('a bucket for artifacts', { skip: whyNoStores }, () => {
  let server: StoreServer
  let folder: string
  const { signal } = new AbortController()
  before(async () => {
    server = await openS3Server()
    folder = await mkdtemp(join(tmpdir(), 'runwright-bucket-'))
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const open = (url: string, env: Record<string, string> = {}): Promise<S3ArtifactStore> =>
    openS3ArtifactStore({ url, growingFolder: join(folder, 'growing'), env: { ...s3Environment(server), ...env } })

  async function listUploads(store: S3ArtifactStore): Promise<number> {
    let count = 0
    for await (const _ of store.listUnfinished(signal)) count += 1
    return count
  }

  it('says what to do when it is not there, does not let us in, may not be written or cannot be reached', async () => {
    const [nobody] = await findFreePorts(1)
    const right = `s3://${s3Keys.bucket}/faults`
    for (const [url, env, code, words] of [
      [
        's3://nowhere/faults',
        {},
        'INVALID_STATE',
        /s3:\/\/nowhere\/faults.*NoSuchBucket.*Make the bucket.*--artifacts/s,
      ],
      [right, { AWS_ACCESS_KEY_ID: 'nobody' }, 'PERMISSION_DENIED', /InvalidAccessKeyId.*AWS_ACCESS_KEY_ID/s],
      [
        right,
        { AWS_SECRET_ACCESS_KEY: 'wrong-secret' },
        'PERMISSION_DENIED',
        /SignatureDoesNotMatch.*AWS_SECRET_ACCESS_KEY/s,
      ],
      [
        right,
        { AWS_ACCESS_KEY_ID: s3Reader.id, AWS_SECRET_ACCESS_KEY: s3Reader.secret },
        'PERMISSION_DENIED',
        /AccessDenied.*s3:PutObject/s,
      ],
      [
        right,
        { AWS_ENDPOINT_URL: `http://127.0.0.1:${nobody}` },
        'TEMPORARILY_UNAVAILABLE',
        /ECONNREFUSED.*AWS_ENDPOINT_URL/s,
      ],
    ] as const) {
      const store = await open(url, env)
      await assert.rejects(store.check(signal), (error: unknown) => {
        assert.ok(error instanceof RunwrightError, String(error))
        const said = `${error.message} ${error.hint}`
        assert.equal(error.code, code, said)
        assert.match(said, words)
        assert.doesNotMatch(said, /secret/)
        return true
      })
    }
    const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    await assert.rejects(open(right, noKeys), { code: 'PERMISSION_DENIED', hint: /AWS_ACCESS_KEY_ID/ })
    await assert.rejects(open('s3://'), { code: 'INVALID_PARAMETER_VALUE' })
    await assert.rejects(open('s3://data/100%'), { code: 'INVALID_PARAMETER_VALUE', hint: /%25/ })
  })

  it('is seen to be writable without a trace', async () => {
    const store = await open(`s3://${s3Keys.bucket}/untouched`)
    await store.check(signal)
    assert.deepEqual([await store.list([]), await listUploads(store)], [[], 0])
  })

  it('gives a whole artifact although the line breaks again and again', async () => {
    await using line = await openLineToCut(server.port)
    const url = `s3://${s3Keys.bucket}/broken`
    const store = await open(url, { AWS_ENDPOINT_URL: `http://127.0.0.1:${line.port}` })
    const artifacts = createArtifacts({ store, changed: () => {} })
    const bytes = randomBytes(30 * mebi)
    await artifacts.write(`${run}/model.bin`, inPieces(bytes))
    const { bytes: stream } = await artifacts.open(`${run}/model.bin`)
    const chunks: Uint8Array[] = []
    let [size, next] = [0, 5 * mebi]
    for await (const chunk of stream) {
      chunks.push(chunk)
      size += chunk.length
      if (size < next) continue
      next += 5 * mebi
      line.cut()
    }
    assert.ok(bytes.equals(Buffer.concat(chunks)))
  })

  it('does not mix two versions of an artifact when the line breaks in between', async () => {
    await using line = await openLineToCut(server.port)
    const url = `s3://${s3Keys.bucket}/replaced`
    const far = createArtifacts({
      store: await open(url, { AWS_ENDPOINT_URL: `http://127.0.0.1:${line.port}` }),
      changed: () => {},
    })
    const near = createArtifacts({ store: await open(url), changed: () => {} })
    await near.write(`${run}/model.bin`, inPieces(randomBytes(30 * mebi)))
    const { bytes } = await far.open(`${run}/model.bin`)
    const reader = bytes.getReader()
    await reader.read()
    await near.write(`${run}/model.bin`, inPieces(randomBytes(30 * mebi)))
    line.cut()
    const reading = (async () => {
      while (!(await reader.read()).done);
    })()
    await assert.rejects(reading, { code: 'RESOURCE_CONFLICT' })
  })

  it('stores an artifact although the line breaks while its parts are sent', async () => {
    await using line = await openLineToCut(server.port)
    const url = `s3://${s3Keys.bucket}/cut`
    const store = await open(url, { AWS_ENDPOINT_URL: `http://127.0.0.1:${line.port}` })
    const artifacts = createArtifacts({ store, changed: () => {} })
    const bytes = randomBytes(40 * mebi)
    async function* cutting() {
      let at = 0
      for await (const piece of inPieces(bytes)) {
        if (Math.floor(at / (9 * mebi)) < Math.floor((at + piece.length) / (9 * mebi))) line.cut()
        at += piece.length
        yield piece
      }
    }
    await artifacts.write(`${run}/model.bin`, cutting())
    const { bytes: stored, sizeBytes } = await artifacts.open(`${run}/model.bin`)
    assert.equal(sizeBytes, bytes.length)
    assert.ok(bytes.equals(Buffer.from(await new Response(stored).arrayBuffer())))
    assert.equal(await listUploads(store), 0)
  })

  it('keeps no part of an artifact whose sender went away', async () => {
    const store = await open(`s3://${s3Keys.bucket}/gone`)
    async function* going() {
      yield* inPieces(randomBytes(20 * mebi))
      throw new RangeError('the client went away')
    }
    await assert.rejects(store.write(['1', 'run', 'artifacts', 'model.bin'], going()), RangeError)
    assert.deepEqual([await store.list([]), await listUploads(store)], [[], 0])
  })

  it('shows nothing of an artifact whose sender was killed, and lets go of its parts later', async () => {
    const url = `s3://${s3Keys.bucket}/killed`
    const store = await open(url)
    const script = `
      import { openS3ArtifactStore } from ${JSON.stringify(import.meta.resolve('../../src/tracking/s3-artifact-store.ts'))}
      const store = await openS3ArtifactStore({ url: process.argv[1], growingFolder: process.argv[2], env: process.env })
      async function* body() {
        for (let part = 0; part < 30; part++) yield Buffer.alloc(${mebi}, part)
        await new Promise((resolve) => setInterval(() => undefined, 1000))
      }
      await store.write(['1', 'run', 'artifacts', 'model.bin'], body())`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, join(folder, 'growing')], {
      env: { ...process.env, ...s3Environment(server) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await until(async () => (await listUploads(store)) === 1, 120_000)
    child.kill('SIGKILL')
    await once(child, 'close')
    assert.deepEqual([await store.list([]), await store.list(['1', 'run', 'artifacts'])], [[], []])
    assert.equal(await store.find(['1', 'run', 'artifacts', 'model.bin']), undefined)
    await store.tidy(Date.now() - 3_600_000, signal)
    assert.equal(await listUploads(store), 1, 'one of the last hour may go on')
    await store.tidy(Date.now() + 3_600_000, signal)
    assert.equal(await listUploads(store), 0)
    await store.write(['1', 'run', 'artifacts', 'model.bin'], inPieces(Buffer.from('whole')))
    assert.equal((await store.find(['1', 'run', 'artifacts', 'model.bin']))?.sizeBytes, 5)
  })

  it('gets logs that have stopped to grow', async () => {
    const url = `s3://${s3Keys.bucket}/grown`
    const store = await open(url)
    const path = ['1', 'run', 'artifacts', 'logs', 'output.log']
    await store.append(path, Buffer.from('last words'), false)
    const far = await openS3ArtifactStore({ url, growingFolder: join(folder, 'none'), env: s3Environment(server) })
    await store.tidy(Date.now() - 3_600_000, signal)
    assert.equal(await far.find(path), undefined, 'it was added to just now')
    await store.tidy(Date.now() + 3_600_000, signal)
    assert.equal((await far.find(path))?.sizeBytes, 10)
    assert.equal(await store.append(path, Buffer.from('!'), true), 11)
    assert.equal((await far.find(path))?.sizeBytes, 11)
  })
})
