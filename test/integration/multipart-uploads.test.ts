import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, utimes } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { until } from '../until.ts'
import { openTestEngine, token, type TestAnswer, type TestEngine } from './engine-in-process.ts'

const proxy = '/api/2.0/mlflow-artifacts'
const root = '0/run/artifacts'

interface Upload {
  readonly upload_id: string
  readonly credentials: readonly {
    readonly url: string
    readonly part_number: number
    readonly headers: Readonly<Record<string, string>>
  }[]
}

describe('an upload in parts', () => {
  let engine: TestEngine
  before(async () => {
    engine = await openTestEngine()
  })
  after(async () => {
    await using _ended = engine
    assert.deepEqual(engine.errors, [])
  })

  const post = (path: string, body: object) =>
    engine.send({
      method: 'POST',
      path: `${proxy}/mpu/${path}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  async function begin(name: string, parts: number): Promise<Upload> {
    const answer = await post(`create/${root}`, { path: `/home/ada/${name}`, num_parts: parts })
    assert.equal(answer.status, 200, answer.text)
    return JSON.parse(answer.text)
  }

  /** Sends a part as MLflow's client does: to the address and with the headers that it was given, and no others. */
  async function sendPart({ credentials }: Upload, part: number, body: string): Promise<string> {
    const credential = credentials.find(({ part_number }) => part_number === part)
    assert.ok(credential)
    const answer = await fetch(credential.url, { method: 'PUT', headers: credential.headers, body })
    assert.equal(answer.status, 200, await answer.text())
    return answer.headers.get('etag') ?? ''
  }

  const complete = (name: string, { upload_id }: Upload, etags: readonly string[]) =>
    post(`complete/${root}`, {
      path: `/home/ada/${name}`,
      upload_id,
      parts: etags.map((etag, index) => ({ part_number: index + 1, etag, url: 'x' })),
    })

  const read = (name: string) => engine.send({ path: `${proxy}/artifacts/${root}/${name}` })
  const listUploads = () => readdir(join(engine.dataFolder, 'uploads'))

  function isRefused({ status, text }: TestAnswer, code: string): void {
    assert.ok(status >= 400 && status < 500, `${status} ${text}`)
    assert.equal(JSON.parse(text).error_code, code, text)
  }

  it('is one artifact once it is completed, in whatever order its parts came, and is not seen before', async () => {
    const upload = await begin('model.bin', 3)
    assert.deepEqual(
      upload.credentials.map(({ part_number }) => part_number),
      [1, 2, 3],
    )
    const third = await sendPart(upload, 3, 'three')
    const first = await sendPart(upload, 1, 'one ')
    isRefused(await read('model.bin'), 'RESOURCE_DOES_NOT_EXIST')
    const second = await sendPart(upload, 2, 'two ')
    assert.equal((await complete('model.bin', upload, [first, second, third])).status, 200)
    assert.equal((await read('model.bin')).text, 'one two three')
    const again = await complete('model.bin', upload, [first, second, third])
    assert.deepEqual([again.status, (await read('model.bin')).text], [200, 'one two three'])
    const late = await fetch(upload.credentials[0]?.url ?? '', {
      method: 'PUT',
      headers: upload.credentials[0]?.headers ?? {},
      body: 'x',
    })
    assert.equal(late.status, 400)
  })

  it('takes the part that was sent last, and only by the tag of that one', async () => {
    const upload = await begin('again.bin', 2)
    const old = await sendPart(upload, 1, 'old ')
    const second = await sendPart(upload, 2, 'two')
    const fresh = await sendPart(upload, 1, 'new ')
    isRefused(await complete('again.bin', upload, [old, second]), 'INVALID_PARAMETER_VALUE')
    isRefused(await complete('again.bin', upload, [fresh]), 'INVALID_PARAMETER_VALUE')
    isRefused(await complete('again.bin', upload, [second, fresh]), 'INVALID_PARAMETER_VALUE')
    isRefused(await complete('other.bin', upload, [fresh, second]), 'INVALID_PARAMETER_VALUE')
    isRefused(await complete('again.bin', upload, ['../../upload', second]), 'INVALID_PARAMETER_VALUE')
    isRefused(await read('again.bin'), 'RESOURCE_DOES_NOT_EXIST')
    assert.equal((await complete('again.bin', upload, [fresh, second])).status, 200)
    assert.equal((await read('again.bin')).text, 'new two')
  })

  it('leaves nothing when it is aborted, and takes nothing after that', async () => {
    const upload = await begin('gone.bin', 2)
    const etag = await sendPart(upload, 1, 'one')
    const abort = () => post(`abort/${root}`, { path: 'gone.bin', upload_id: upload.upload_id })
    assert.equal((await abort()).status, 200)
    assert.ok(!(await listUploads()).some((name) => name.includes(upload.upload_id)))
    assert.equal((await abort()).status, 200)
    isRefused(await complete('gone.bin', upload, [etag, etag]), 'RESOURCE_DOES_NOT_EXIST')
    const { url = '', headers = {} } = upload.credentials[1] ?? {}
    assert.equal((await fetch(url, { method: 'PUT', headers, body: 'two' })).status, 404)
  })

  it('has no part of which the sender went away in the middle', async () => {
    const upload = await begin('torn.bin', 1)
    const { url = '' } = upload.credentials[0] ?? {}
    const request = http.request(url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-length': 1000 },
    })
    request.on('error', () => undefined).write('half')
    const folder = join(engine.dataFolder, 'uploads', upload.upload_id)
    await until(async () => (await readdir(folder)).length === 2)
    request.destroy()
    await until(async () => (await readdir(folder)).length === 1)
    isRefused(await complete('torn.bin', upload, ['0'.repeat(32)]), 'INVALID_PARAMETER_VALUE')
    assert.equal((await complete('torn.bin', upload, [await sendPart(upload, 1, 'whole')])).status, 200)
    assert.equal((await read('torn.bin')).text, 'whole')
  })

  it('goes away by itself when no part has come for a day', async () => {
    const upload = await begin('old.bin', 1)
    const folder = join(engine.dataFolder, 'uploads', upload.upload_id)
    const longAgo = Date.now() / 1000 - 25 * 60 * 60
    await utimes(folder, longAgo, longAgo)
    await begin('new.bin', 1)
    const left = await listUploads()
    assert.ok(!left.includes(upload.upload_id))
  })

  it('leads nowhere else, and says no to what it cannot be', async () => {
    const create = (path: string, body: object) => post(`create/${path}`, body)
    for (const path of ['..%2foutside', '%2e%2e/outside', '.', '0//run', '..%5coutside', 'a%00']) {
      isRefused(await create(path, { path: 'x', num_parts: 1 }), 'INVALID_PARAMETER_VALUE')
    }
    for (const path of ['..', '/', '.', 'a/..', 'a\\..', '\0', 'a'.repeat(300)]) {
      isRefused(await create(root, { path, num_parts: 1 }), 'INVALID_PARAMETER_VALUE')
    }
    for (const parts of [0, -1, 10_001, 1.5, 'many']) {
      isRefused(await create(root, { path: 'x', num_parts: parts }), 'INVALID_PARAMETER_VALUE')
    }
    const upload = await begin('safe.bin', 1)
    const { url = '', headers = {} } = upload.credentials[0] ?? {}
    const put = async (to: string) => (await fetch(to, { method: 'PUT', headers, body: 'x' })).status
    for (const part of ['0', '2', '-1', '1.5', 'x', '..%2f1']) assert.equal(await put(url.replace(/1$/, part)), 400)
    for (const id of ['0'.repeat(32), '..', '%2e%2e%2fartifacts', upload.upload_id.toUpperCase()]) {
      assert.ok([400, 404].includes(await put(url.replace(upload.upload_id, id))), id)
    }
    assert.equal((await fetch(url, { method: 'PUT', body: 'x' })).status, 401, 'the guard stands before this, too')
    for (const path of ['..%2foutside', '%2e%2e/outside', '0//run', '..%5coutside', 'a%00']) {
      const named = { path: 'x', upload_id: upload.upload_id, parts: [] }
      for (const step of ['complete', 'abort']) {
        isRefused(await post(`${step}/${path}`, named), 'INVALID_PARAMETER_VALUE')
      }
    }
    assert.equal(await put(url), 200, 'it is still there')
  })

  it('is refused when a thousand have begun and not ended', async () => {
    const folder = join(engine.dataFolder, 'uploads')
    for (let count = 0; count < 1000; count++) await mkdir(join(folder, randomBytes(16).toString('hex')))
    const answer = await post(`create/${root}`, { path: 'x', num_parts: 1 })
    assert.deepEqual([answer.status, JSON.parse(answer.text).error_code], [429, 'REQUEST_LIMIT_EXCEEDED'])
  })
})

it('an upload in parts goes on in an engine that comes after', async () => {
  await using first = await openTestEngine()
  const ask = (engine: TestEngine, action: string, body: object) =>
    engine.send({
      method: 'POST',
      path: `${proxy}/mpu/${action}/${root}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'a.bin', ...body }),
    })
  const upload: Upload = JSON.parse((await ask(first, 'create', { num_parts: 2 })).text)
  const part = (engine: TestEngine, number: number, body: string) =>
    engine.send({ method: 'PUT', path: `${proxy}/mpu/parts/${upload.upload_id}/${number}`, body })
  const etags = [(await part(first, 1, 'one ')).headers.etag]
  await first.engine[Symbol.asyncDispose]()
  await using second = await openTestEngine({ dataFolder: first.dataFolder })
  etags.push((await part(second, 2, 'two')).headers.etag)
  const parts = etags.map((etag, index) => ({ part_number: index + 1, etag }))
  const answer = await ask(second, 'complete', { upload_id: upload.upload_id, parts })
  assert.equal(answer.status, 200, answer.text)
  assert.equal((await second.send({ path: `${proxy}/artifacts/${root}/a.bin` })).text, 'one two')
})
