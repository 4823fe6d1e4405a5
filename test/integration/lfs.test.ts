import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { formatLfsPointer } from '../../src/git/lfs-pointer.ts'
import { type GitHttpServer, openGitHttp, whyNoGitLfs } from '../servers/git-http.ts'
import { openLineToCut } from '../servers/line-to-cut.ts'
import { openLfsClone } from './lfs-clone.ts'

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

  it('keeps to pointers where Git LFS is not installed', async () => {
    const url = await server.createRepository('without')
    await pushWithGitLfs(url, { 'a.bin': randomBytes(2000) })
    await using clone = await openLfsClone(url, { env: { GIT_CONFIG_NOSYSTEM: '1' } })
    await clone.runwright('lfs', 'pull')
    assert.equal(await clone.plainGit('status', '--porcelain'), '')
    const changed = randomBytes(3000)
    await clone.write({ 'a.bin': changed })
    const status = await clone.runwright('lfs', 'status')
    assert.match(status.stdout, /changed +yes/)
    await clone.runwright('lfs', 'pull')
    assert.deepEqual(await clone.read('a.bin'), changed)
    await clone.runwright('lfs', 'add', '--stage', 'a.bin')
    assert.equal(await clone.plainGit('status', '--porcelain'), 'M  a.bin')
    const oid = createHash('sha256').update(changed).digest('hex')
    assert.match(await clone.plainGit('show', ':a.bin'), new RegExp(`oid sha256:${oid}\nsize 3000$`))
  })

  it('puts no content into the index where attributes do not say that it is a pointer’s', async () => {
    const url = await server.createRepository('bare-pointers')
    await pushWithGitLfs(url, { 'a.bin': randomBytes(2000) })
    await using clone = await openLfsClone(url)
    await clone.write({ '.gitattributes': '' })
    const pulled = await clone.runwright('lfs', 'pull')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal((await clone.read('a.bin')).length, 2000)
    assert.match(await clone.plainGit('show', ':a.bin'), /^version /)
    await clone.write({ 'sub/b.bin': randomBytes(20), 'sub/.gitattributes': '*.bin -filter\n' })
    const added = await clone.runwright('lfs', 'add', '--stage', 'sub/b.bin')
    assert.equal(added.exitCode, 1)
    assert.match(added.stderr, /not put into the index/)
    assert.equal(await clone.plainGit('ls-files', 'sub'), '')
  })

  it('brings 5,000 files, and git-lfs finds nothing amiss', async () => {
    const url = await server.createRepository('many')
    await using clone = await openLfsClone(url)
    const pointers: Record<string, string> = { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' }
    for (let index = 0; index < 5000; index++) {
      pointers[`d${index % 50}/f ${index}.bin`] = await putOnServer(server, randomBytes(200))
    }
    await clone.write(pointers)
    await clone.plainGit('add', '--all')
    await clone.plainGit('commit', '--quiet', '-m', 'Add')
    const pulled = await clone.runwright('lfs', 'pull', '--json')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal(JSON.parse(pulled.stdout).checkedOut.length, 5000)
    assert.match(await clone.git('lfs', 'fsck'), /OK/)
    assert.equal(await clone.git('status', '--porcelain'), '')
  })

  it('sends and brings 200 MB in bounded memory', async () => {
    const url = await server.createRepository('big')
    const oid = await writeBig(server)
    await using clone = await openLfsClone(url, { env: measured })
    await clone.write({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' })
    await clone.write({
      'big.bin': formatLfsPointer({ oid, sizeBytes: bigBytes }),
    })
    await clone.plainGit('add', '--all')
    await clone.plainGit('commit', '--quiet', '-m', 'Add')
    const pulled = await clone.runwright('lfs', 'pull')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal((await clone.read('big.bin')).length, bigBytes)
    await rm(server.objectPath(oid))
    const pushed = await clone.runwright('lfs', 'push', '--json')
    assert.equal(JSON.parse(pushed.stdout).sentBytes, bigBytes, pushed.stderr)
    for (const { stderr } of [pulled, pushed]) {
      const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1])
      // Half of it is the command line itself, from source.
      assert.ok(kilobytes < 290_000, `${kilobytes} kB`)
    }
  })

  it('goes on over a line that is cut, and after kill -9, and keeps no object that is not whole', async () => {
    const url = await server.createRepository('killed')
    const oid = await writeBig(server)
    await using line = await openLineToCut(server.port)
    await using clone = await openLfsClone(url)
    await clone.write({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' })
    await clone.write({
      'big.bin': formatLfsPointer({ oid, sizeBytes: bigBytes }),
    })
    await clone.plainGit('add', '--all')
    await clone.plainGit('commit', '--quiet', '-m', 'Add')
    await clone.plainGit('remote', 'set-url', 'origin', url.replace(String(server.port), String(line.port)))
    for (let kills = 0; kills < 5; kills++) {
      const child = clone.start('lfs', 'pull')
      const cuts = setInterval(() => line.cut(), 150)
      setTimeout(() => child.kill('SIGKILL'), 400 + 150 * kills)
      await once(child, 'exit')
      clearInterval(cuts)
      const content = await clone.read('big.bin')
      assert.ok(content.length < 200 || content.length === bigBytes)
      for (const name of await clone.listObjects()) {
        const bytes = await readFile(join(clone.root, '.git/lfs/objects', name.slice(0, 2), name.slice(2, 4), name))
        assert.equal(createHash('sha256').update(bytes).digest('hex'), name)
      }
    }
    const pulled = await clone.runwright('lfs', 'pull')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal(
      createHash('sha256')
        .update(await clone.read('big.bin'))
        .digest('hex'),
      oid,
    )
  })

  it('refuses an object that is damaged on the server, and leaves the pointer', async () => {
    const url = await server.createRepository('damaged')
    await pushWithGitLfs(url, { 'a.bin': randomBytes(2000), 'b.bin': randomBytes(2000) })
    await using clone = await openLfsClone(url)
    const pointer = await clone.read('a.bin')
    const oid = /sha256:(\w+)/.exec(pointer.toString())?.[1] ?? ''
    await writeFile(server.objectPath(oid), randomBytes(2000))
    const pulled = await clone.runwright('lfs', 'pull', '--json')
    assert.equal(pulled.exitCode, 1)
    assert.match(pulled.stdout, /SHA-256 differs/)
    assert.deepEqual(await clone.read('a.bin'), pointer)
    assert.equal((await clone.read('b.bin')).length, 2000)
    assert.equal((await clone.listObjects()).includes(oid), false)
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

const bigBytes = 200 * 1024 * 1024

/** Prints the most memory that a process of Node has had, in kB, when it ends. */
const measured = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    "process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))",
  )}`,
}

/** Puts an object on the server without any client, and resolves to its pointer. */
async function putOnServer(server: GitHttpServer, content: Buffer): Promise<string> {
  const oid = createHash('sha256').update(content).digest('hex')
  await mkdir(dirname(server.objectPath(oid)), { recursive: true })
  await writeFile(server.objectPath(oid), content)
  return formatLfsPointer({ oid, sizeBytes: content.length })
}

/** Puts a large object on the server, and resolves to its name. */
async function writeBig(server: GitHttpServer): Promise<string> {
  const hash = createHash('sha256')
  const piece = randomBytes(1 << 20)
  const scratch = server.objectPath('0'.repeat(64))
  await mkdir(dirname(scratch), { recursive: true })
  await using file = await open(scratch, 'w')
  for (let index = 0; index < bigBytes / piece.length; index++) {
    piece.writeUInt32BE(index)
    hash.update(piece)
    await file.write(piece)
  }
  const oid = hash.digest('hex')
  await mkdir(dirname(server.objectPath(oid)), { recursive: true })
  await rename(scratch, server.objectPath(oid))
  return oid
}
