import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type GitHttpServer, openGitHttp, whyNoGitLfs } from '../servers/git-http.ts'
import { type LfsClone, openLfsClone } from './lfs-clone.ts'

/** What names of files may be like. The server has one store for all its repositories, so each test has contents of its own. */
const createContents = (): Readonly<Record<string, Buffer>> => ({
  'models/base.bin': randomBytes(300_000),
  'بيانات/نموذج ١.bin': randomBytes(70_000),
  'with space/a "quoted" name.bin': randomBytes(5000),
  "it's [odd]*.bin": randomBytes(1500),
  'tiny.bin': randomBytes(1 + 8),
  'nothing.bin': randomBytes(0),
})

describe('Git LFS beside the real one', { skip: whyNoGitLfs }, () => {
  let server: GitHttpServer
  before(async () => (server = await openGitHttp()))
  after(() => server[Symbol.asyncDispose]())

  it('pulls what git-lfs has pushed, byte for byte, and git-lfs finds nothing amiss', async () => {
    const contents = createContents()
    const url = await server.createRepository('pulled')
    await pushWithGitLfs(url, contents)
    await using clone = await openLfsClone(url)
    const before = JSON.parse((await clone.runwright('lfs', 'status', '--json')).stdout)
    const states = Object.fromEntries(before.files.map(({ path, state }: Record<string, string>) => [path, state]))
    assert.equal(states['بيانات/نموذج ١.bin'], 'pointer')
    const pulled = await clone.runwright('lfs', 'pull', '--json')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal(JSON.parse(pulled.stdout).isIndexFresh, true)
    for (const [path, bytes] of Object.entries(contents)) assert.deepEqual(await clone.read(path), bytes, path)
    assert.equal(await clone.git('status', '--porcelain'), '')
    assert.match(await clone.git('lfs', 'fsck'), /OK/)
    const after = JSON.parse((await clone.runwright('lfs', 'status', '--json')).stdout)
    assert.deepEqual([...new Set(after.files.map(({ state }: { state: string }) => state))], ['content'])
  })

  it('adds, stages and pushes what git-lfs then clones, byte for byte', async () => {
    const contents = createContents()
    const url = await server.createRepository('pushed')
    await using clone = await openLfsClone(undefined)
    await clone.git('remote', 'add', 'origin', url)
    await clone.write(contents)
    const added = await clone.runwright('lfs', 'add', '--stage', '.', '--json')
    assert.equal(added.exitCode, 0, added.stderr)
    await clone.plainGit('add', '.gitattributes')
    await clone.plainGit('commit', '--quiet', '-m', 'Add')
    const pushed = await clone.runwright('lfs', 'push', '--json')
    assert.equal(pushed.exitCode, 0, pushed.stderr)
    assert.equal(JSON.parse(pushed.stdout).sent, 5)
    await clone.plainGit('push', '--quiet', '--no-verify', 'origin', 'trunk')
    await using other = await openLfsClone(url)
    await other.git('lfs', 'pull')
    for (const [path, bytes] of Object.entries(contents)) assert.deepEqual(await other.read(path), bytes, path)
    assert.match(await other.git('lfs', 'fsck', '--objects', '--pointers'), /OK/)
    assert.equal(await other.git('status', '--porcelain'), '')
    assert.equal((await other.git('-c', 'core.quotePath=false', 'lfs', 'ls-files')).split('\n').length, 5)
  })
})

/** Commits files as Git LFS does it, and pushes. */
async function pushWithGitLfs(url: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  await using clone = await openLfsClone(url)
  await clone.git('lfs', 'install', '--local')
  await clone.git('lfs', 'track', '*.bin')
  await clone.write(files)
  await clone.git('add', '--all')
  await clone.git('commit', '--quiet', '-m', 'Add')
  await clone.git('push', '--quiet', 'origin', 'HEAD:trunk')
}
