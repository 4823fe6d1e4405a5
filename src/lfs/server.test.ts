import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Work } from '../data/work.ts'
import { fetchLfsFiles } from './fetch.ts'
import { openTestLfs, openTestServer, type TestLfsRepository, type TestLfsServer } from './test-server.ts'

const quiet: Work = { signal: new AbortController().signal, progress: () => undefined }

async function fetchAll(clone: TestLfsRepository) {
  const wanted = { revision: undefined, paths: [], remote: undefined }
  return fetchLfsFiles(await clone.open(), wanted, clone.context, quiet)
}

/** A credential helper that gives a login for every host, and writes down what git tells it. */
async function useHelper({ repository }: TestLfsRepository, password = 's3cret'): Promise<() => Promise<string>> {
  const log = join(repository.root, '.git', 'asked')
  const script = join(repository.root, '.git', 'helper.sh')
  await writeFile(log, '')
  await writeFile(
    script,
    `#!/bin/sh\necho "== $1" >>'${log}'\ncat >>'${log}'\n[ "$1" != get ] || printf 'username=ada\\npassword=${password}\\n'\n`,
    { mode: 0o755 },
  )
  await repository.git('config', 'credential.helper', script)
  return () => readFile(log, 'utf8')
}

/** Lets nobody in without this. */
function requireLogin(server: TestLfsServer, authorization: string, isFor = 'POST'): void {
  server.intercept = ({ method, headers }, response) => {
    if (method !== isFor || headers.authorization === authorization) return false
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('{"message":"login needed"}')
    return true
  }
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('what lets a client in to a server of Git LFS', () => {
  it('is asked of git only when the server wants it, and git is told that it was right', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    const readLog = await useHelper(clone)
    requireLogin(server, basic('ada:s3cret'))
    assert.equal((await fetchAll(clone)).fetched.length, 1)
    const asked = await readLog()
    assert.match(asked, /== get\nprotocol=http\nhost=127\.0\.0\.1:\d+\n/)
    assert.match(asked, /== store\n[^=]*protocol=http/)
    assert.doesNotMatch(asked, /== erase/)
  })

  it('is forgotten where it was wrong, and nobody is asked in a terminal', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    requireLogin(server, basic('ada:other'))
    await assert.rejects(fetchAll(clone), { code: 'UNAUTHENTICATED', message: /login needed/ })
    const readLog = await useHelper(clone)
    await assert.rejects(fetchAll(clone), { code: 'UNAUTHENTICATED' })
    assert.match(await readLog(), /== erase\n/)
  })

  it('may stand in the address of the remote, and is sent to no other host', async () => {
    await using server = await openTestServer()
    await using storage = await openTestServer()
    const content = randomBytes(50)
    const remote = server.url.replace('http://', 'http://ada:s3cret@')
    await using clone = await openTestLfs(server, { 'a.bin': content }, `${remote}/repository.git`)
    requireLogin(server, basic('ada:s3cret'))
    server.describe = (object) => {
      storage.contents.set(String(object['oid']), content)
      return { ...object, actions: { download: { href: `${storage.url}/objects/${String(object['oid'])}` } } }
    }
    assert.equal((await fetchAll(clone)).fetched.length, 1)
    assert.equal(storage.requests[0]?.headers.authorization, undefined)
  })

  it('goes no further than a redirect to another host', async () => {
    await using server = await openTestServer()
    await using storage = await openTestServer()
    const content = randomBytes(50)
    await using clone = await openTestLfs(server, { 'a.bin': content })
    server.describe = (object) => {
      storage.contents.set(String(object['oid']), content)
      const href = `${server.url}/objects/${String(object['oid'])}`
      return { ...object, actions: { download: { href, header: { authorization: 'Bearer x', 'x-token': 'y' } } } }
    }
    server.intercept = ({ method, url }, response) => {
      if (method !== 'GET') return false
      response.writeHead(302, { location: `${storage.url}${url}` }).end()
      return true
    }
    assert.equal((await fetchAll(clone)).fetched.length, 1)
    assert.equal(server.requests.at(-1)?.headers['x-token'], 'y')
    assert.deepEqual(
      [storage.requests[0]?.headers.authorization, storage.requests[0]?.headers['x-token']],
      [undefined, undefined],
    )
  })

  it('is that of the host which .lfsconfig names, never that of the remote', async () => {
    await using server = await openTestServer()
    await using remote = await openTestServer()
    const address = remote.url.replace('http://', 'http://ada:s3cret@')
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) }, `${address}/repository.git`)
    await clone.repository.git('config', 'http.extraHeader', 'Authorization: Bearer of-the-remote')
    await clone.repository.git(
      'config',
      `credential.${remote.url}.helper`,
      '!echo password=s3cret; echo username=ada; :',
    )
    await clone.repository.write({
      '.lfsconfig': `[lfs]\n\turl = ${server.url.replace('127.0.0.1', 'localhost')}/lfs\n`,
    })
    requireLogin(server, basic('ada:s3cret'))
    await assert.rejects(fetchAll(clone), { code: 'UNAUTHENTICATED' })
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      [undefined],
    )
  })

  it('may be a header of git’s settings, as on build servers', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    await clone.repository.git('config', `http.${server.url}/.extraHeader`, 'AUTHORIZATION: basic Zm9v')
    requireLogin(server, 'basic Zm9v')
    assert.equal((await fetchAll(clone)).fetched.length, 1)
  })
})

describe('a private network', () => {
  it('is not entered for .lfsconfig or a server where the remote is elsewhere', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) }, 'https://8.8.8.8/repository.git')
    for (const url of [
      server.url,
      server.url.replace('127.0.0.1', 'localhost'),
      'http://169.254.169.254/x',
      'http://[::1]:1/',
    ]) {
      await clone.repository.write({ '.lfsconfig': `[lfs]\n\turl = ${url}\n` })
      await assert.rejects(
        fetchAll(clone),
        { code: 'PERMISSION_DENIED', message: /private network or on this machine/ },
        url,
      )
    }
    assert.deepEqual(server.requests, [])
  })

  it('is not entered by a redirect either, but the one that the remote is in is', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) })
    server.intercept = ({ method }, response) => {
      if (method !== 'GET') return false
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
      return true
    }
    await assert.rejects(fetchAll(clone), { code: 'PERMISSION_DENIED', message: /169\.254\.169\.254/ })
  })
})
