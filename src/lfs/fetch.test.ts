import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { describe, it } from 'node:test'
import type { Work } from '../data/work.ts'
import { fetchLfsFiles, type FetchResult } from './fetch.ts'
import { objectPath } from './objects.ts'
import { openTestLfs, openTestServer, type TestLfsRepository } from './test-server.ts'

const quiet: Work = { signal: new AbortController().signal, progress: () => undefined }
const all = { revision: undefined, paths: [], remote: undefined }

async function fetchAll(clone: TestLfsRepository, work = quiet): Promise<FetchResult> {
  return fetchLfsFiles(await clone.open(), all, clone.context, work)
}

/** Contents of the store, and what is on its way, by their names. */
async function listStore(clone: TestLfsRepository) {
  const { objectsFolder, incompleteFolder } = await clone.open()
  const names = await readdir(objectsFolder, { recursive: true }).catch(() => [])
  return {
    objects: names.filter((name) => /[0-9a-f]{64}$/.test(name)).length,
    incomplete: (await readdir(incompleteFolder).catch(() => [])).length,
  }
}

describe('a fetch of Git LFS', () => {
  it('brings what is missing, each content once, and asks for nothing that is there', async () => {
    const content = randomBytes(100_000)
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': content, 'b.bin': content, 'c.bin': randomBytes(10) })
    assert.equal((await fetchAll(clone)).fetched.length, 2)
    const [file] = (await fetchAll(clone)).files
    assert.deepEqual(await readFile(objectPath(await clone.open(), file?.oid ?? '')), content)
    assert.equal(server.requests.filter(({ line }) => line.startsWith('GET')).length, 2)
    assert.equal(server.requests.filter(({ line }) => line.startsWith('POST')).length, 1)
  })

  it('goes on where the connection broke', async () => {
    const content = randomBytes(3 << 20)
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': content })
    let breaks = 0
    server.intercept = ({ method, headers }, response) => {
      if (method !== 'GET' || ++breaks > 2) return false
      const start = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': content.length - start,
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      })
      response.write(content.subarray(start, start + (1 << 20)), () => setImmediate(() => response.destroy()))
      return true
    }
    const { fetched } = await fetchAll(clone)
    assert.equal(fetched.length, 1)
    const ranges = server.requests.filter(({ line }) => line.startsWith('GET')).map(({ headers }) => headers.range)
    assert.equal(ranges.length, 3)
    assert.equal(ranges[0], undefined)
    assert.ok(Number(/\d+/.exec(ranges[2] ?? '')?.[0]) > 1 << 20, String(ranges))
    assert.deepEqual(await listStore(clone), { objects: 1, incomplete: 0 })
  })

  it('goes on where it was cancelled', async () => {
    const content = randomBytes(2 << 20)
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': content })
    const cancel = new AbortController()
    server.intercept = ({ method }, response) => {
      if (method !== 'GET') return false
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1 << 20))
      return true
    }
    const progress: Work['progress'] = ({ doneBytes }) => {
      if (doneBytes === 1 << 20) cancel.abort()
    }
    await assert.rejects(fetchAll(clone, { signal: cancel.signal, progress }), { code: 'CANCELLED' })
    assert.deepEqual(await listStore(clone), { objects: 0, incomplete: 1 })
    server.intercept = () => false
    await fetchAll(clone)
    assert.equal(server.requests.at(-1)?.headers.range, `bytes=${1 << 20}-`)
    assert.deepEqual(await listStore(clone), { objects: 1, incomplete: 0 })
  })

  it('begins anew where what was left of an earlier one is damaged, or the server knows no ranges', async () => {
    const content = randomBytes(2 << 20)
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': content })
    const half = randomBytes(1 << 20)
    const [file] = (await fetchAll(clone)).files
    assert.ok(file !== undefined)
    for (const intercept of [server.intercept, withoutRanges(content)]) {
      const opened = await clone.open()
      await clone.repository.write({ [`.git/lfs/incomplete/${file.oid}.runwright`]: half })
      await rm(objectPath(opened, file.oid))
      server.intercept = intercept
      assert.equal((await fetchAll(clone)).fetched.length, 1)
      assert.deepEqual(await readFile(objectPath(opened, file.oid)), content)
    }
  })

  it('refuses other bytes than the pointer says, and keeps nothing of them', async () => {
    const [content, good] = [randomBytes(5000), randomBytes(5000)]
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': content, 'good.bin': good })
    for (const bytes of [randomBytes(5000), randomBytes(5001), Buffer.concat([content, content])]) {
      for (const [oid, known] of server.contents)
        if (known.length !== 5000 || known !== good) server.contents.set(oid, bytes)
      const { failures, files } = await fetchAll(clone)
      assert.equal(files.length, 2)
      assert.deepEqual(
        failures.map(({ path, error }) => [path, error.code]),
        [['a.bin', 'INVALID_STATE']],
      )
      assert.deepEqual(await listStore(clone), { objects: 1, incomplete: 0 })
    }
  })

  it('names what the server does not have, and brings the rest', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50), 'b.bin': randomBytes(60) })
    server.describe = (object) =>
      object['size'] === 50 ? { ...object, actions: undefined, error: { code: 404, message: 'gone' } } : object
    const { failures, fetched } = await fetchAll(clone)
    assert.deepEqual(
      failures.map(({ path, error }) => [path, error.code]),
      [['a.bin', 'RESOURCE_DOES_NOT_EXIST']],
    )
    assert.equal(fetched.length, 1)
  })

  it('waits as long as a server asks for, and tries again while it cannot', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    const answers: [number, Record<string, string>][] = [
      [429, { 'retry-after': '1' }],
      [503, {}],
      [200, {}],
      [502, {}],
    ]
    const times: number[] = []
    server.intercept = (_, response) => {
      times.push(performance.now())
      const [status, headers] = answers.shift() ?? [200, {}]
      if (status === 200) return false
      response.writeHead(status, headers).end()
      return true
    }
    assert.equal((await fetchAll(clone)).fetched.length, 1)
    assert.equal(times.length, 5)
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 1000)
  })

  it('asks anew for an address whose time is over, or that is not taken any more', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50), 'b.bin': randomBytes(60) })
    let batches = 0
    server.intercept = ({ method, url }, response) => {
      if (method === 'POST') batches++
      if (method !== 'GET' || url?.endsWith('?old') !== true) return false
      response.writeHead(403).end()
      return true
    }
    server.describe = (object) => {
      const href = `${server.url}/objects/${String(object['oid'])}`
      if (batches > 1) return object
      return object['size'] === 50
        ? { ...object, actions: { download: { href, expires_at: '2001-01-01T00:00:00Z' } } }
        : { ...object, actions: { download: { href: `${href}?old` } } }
    }
    const { fetched, failures } = await fetchAll(clone)
    assert.deepEqual(failures, [])
    assert.equal(fetched.length, 2)
    assert.equal(batches, 3)
  })

  it('refuses answers that lead elsewhere than to the web', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    for (const href of ['file:///etc/passwd', 'ftp://127.0.0.1/x', '/objects/x', 'javascript:1']) {
      server.describe = (object) => ({ ...object, actions: { download: { href } } })
      const { failures } = await fetchAll(clone)
      assert.match(failures[0]?.error.message ?? '', /no web address/, href)
    }
    assert.deepEqual(await listStore(clone), { objects: 0, incomplete: 0 })
  })
})

function withoutRanges(content: Buffer) {
  return ({ method }: { readonly method?: string | undefined }, response: { end(bytes: Buffer): unknown }) => {
    if (method !== 'GET') return false
    response.end(content)
    return true
  }
}
