import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openEndlessServer } from '../../test/servers/endless-server.ts'
import { until } from '../../test/until.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { fetchData } from './fetch.ts'
import { parseDataHash, parseSha256 } from './hash.ts'
import { manifestHeading } from './manifest.ts'
import { chunkKey, dataKey, manifestKey, type ObjectKey } from './object-key.ts'
import { chunkedEnding, openRemote } from './open-remote.ts'
import { formatPointer } from './pointer.ts'
import { pushData } from './push.ts'
import { createTestDataRepository, quietWork, type TestDataRepository } from './test-repository.ts'
import { verifyData } from './verify.ts'

const gigabytes = 10 * 2 ** 30
const work = quietWork()
const { signal } = work

/** A file of zeros that takes no space; git is never asked about it. */
async function writeHuge(path: string, start = ''): Promise<void> {
  await rm(path, { force: true })
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, start)
  await truncate(path, gigabytes)
}

/** That people are told what it is about, and that it was left alone. */
function isRefusal(of: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof RunwrightError, String(error))
    assert.match(error.message, of)
    assert.equal(error.code, error.code === 'STORAGE_DAMAGED' ? error.code : 'INVALID_PARAMETER_VALUE')
    return true
  }
}

/** A `.dvc` file for a folder whose list and manifest are these bytes. */
async function writeFolder(repository: TestDataRepository, list: Buffer, manifest: Buffer): Promise<void> {
  const hash = parseDataHash(`${createHash('md5').update(list).digest('hex')}.dir`) ?? assert.fail()
  const sha256 = parseSha256(createHash('sha256').update(manifest).digest('hex')) ?? assert.fail()
  const cache = join(repository.root, '.dvc/cache')
  for (const [key, bytes] of [
    [dataKey(hash), list],
    [manifestKey(sha256), manifest],
  ] as const) {
    await mkdir(dirname(join(cache, key)), { recursive: true })
    await writeFile(join(cache, key), bytes)
  }
  const pointer = formatPointer([{ path: 'data', hash, sha256, sizeBytes: 1, fileCount: 1 }])
  await repository.write({ 'data.dvc': pointer })
}

describe('a foreign repository', () => {
  after(() => {
    const { maxRSS } = process.resourceUsage()
    assert.ok(maxRSS < 700 << 10, `${maxRSS} KiB of memory were in use at a time`)
  })

  for (const name of ['data.dvc', '.dvcignore', '.dvc/config', '.dvc/config.local']) {
    it(`with a ${name} of 10 GB, or one that is a link to a device without an end, is refused by its name`, async () => {
      await using repository = await createTestDataRepository()
      await repository.write({ 'data.dvc': formatPointer([]), '.gitignore': '' })
      const path = join(repository.root, name)
      await writeHuge(path)
      const refusal = isRefusal(new RegExp(`${RegExp.escape(name)} has \\d+ bytes`))
      await assert.rejects(repository.status(), refusal)
      await assert.rejects(repository.checkout(), refusal)
      await rm(path)
      await symlink('/dev/zero', path)
      await assert.rejects(repository.status(), isRefusal(/is a device/))
    })
  }

  it('with YAML that unfolds without an end, or lies in itself too deep, is refused', async () => {
    const unfolding = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (let level = 1; level < 12; level++) {
      const [name, before] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)]
      unfolding.push(`${name}: &${name} [${`*${before},`.repeat(9)}]`)
    }
    await using repository = await createTestDataRepository()
    for (const text of [
      `${unfolding.join('\n')}\nouts: *l\n`,
      `outs: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`,
      `outs:\n- path: d\n  md5: ${'{a: '.repeat(50_000)}${'}'.repeat(50_000)}\n  hash: md5\n`,
    ]) {
      await repository.write({ 'data.dvc': text })
      await assert.rejects(repository.status(), isRefusal(/data\.dvc/))
    }
  })

  it('with a list or a manifest of a folder that is one line without an end is refused', async () => {
    await using repository = await createTestDataRepository()
    const entry = `{"md5": "${'0'.repeat(32)}", "relpath": "a"}`
    const file = `{"path":"a","size":1,"sha256":"${'0'.repeat(64)}","md5":"${'0'.repeat(32)}"}`
    const manifest = Buffer.from(`${manifestHeading}\n${file}\n`)
    const list = Buffer.alloc(65 << 20, ' ')
    list.write('[')
    list.write(`${entry}]`, list.length - entry.length - 1)
    await writeFolder(repository, list, manifest)
    await assert.rejects(repository.checkout(), isRefusal(/list of data has \d+ bytes/))
    await writeFolder(repository, Buffer.from(`[${entry}]`), Buffer.concat([manifest, list]))
    await assert.rejects(repository.checkout(), isRefusal(/manifest of data has a line/))
  })

  it('whose lists and manifests lead elsewhere writes nothing there', async () => {
    await using repository = await createTestDataRepository(`['remote "store"']\n    url = ../.git/store\n`)
    await repository.write({ 'data/mine': 'mine' })
    const hashes = { md5: '0'.repeat(32), sha256: '0'.repeat(64) }
    const link = (path: string, target: string) => `{"path":${JSON.stringify(path)},"link":${JSON.stringify(target)}}`
    const file = (path: string) =>
      `{"path":${JSON.stringify(path)},"size":1,"sha256":"${hashes.sha256}","md5":"${hashes.md5}"}`
    const names = [
      '../evil',
      '/evil',
      'a/../../evil',
      'a\0b',
      '.git/hooks/post-checkout',
      'a/.GIT/config',
      '.dvc/config',
      'git~1/config',
      'x'.repeat(300),
      'x/'.repeat(3000),
    ]
    const links = [link('a', '/etc'), link('a', '../../..'), link('a', ''), link('.git', 'b')]
    const before = await readdir(repository.root, { recursive: true })
    const list = (name: string) => Buffer.from(`[{"md5": "${hashes.md5}", "relpath": ${JSON.stringify(name)}}]`)
    const manifest = (line: string) => Buffer.from(`${manifestHeading}\n${line}\n`)
    for (const [bytes, lines] of [
      ...names.map((name) => [list(name), manifest(file(name))] as const),
      ...links.map((line) => [Buffer.from('[]'), manifest(line)] as const),
    ]) {
      await writeFolder(repository, bytes, lines)
      const refusal = isRefusal(/data (names|has)|the link/)
      await assert.rejects(repository.checkout({ isForced: true }), refusal)
      const data = await repository.open()
      const choice = { paths: undefined, remote: undefined, env: process.env }
      const { failures } = await pushData(data, choice, work)
      assert.ok(refusal(failures[0]?.error))
      assert.deepEqual((await fetchData(data, choice, work)).failures.length, 1)
    }
    const after = await readdir(repository.root, { recursive: true })
    const isOurs = (path: string) => /^(data\.dvc|\.dvc\/(cache|tmp)\b.*|\.git\/store\b.*)$/.test(path)
    assert.deepEqual(
      after.filter((path) => !isOurs(path)),
      before.filter((path) => !isOurs(path)),
    )
  })

  it('whose remote sends a file without an end gets no more of it than the .dvc file lets it', async () => {
    await using server = await openEndlessServer(Buffer.alloc(1 << 20))
    await using repository = await createTestDataRepository(`['remote "store"']\n    url = ${server.url}\n`)
    const hash = parseDataHash('a'.repeat(32)) ?? assert.fail()
    const out = { path: 'file', hash, sha256: undefined, sizeBytes: 5, fileCount: undefined }
    await repository.write({ 'file.dvc': formatPointer([out]) })
    let bytes = 0
    const progress = ({ doneBytes }: { readonly doneBytes: number }) => (bytes = Math.max(bytes, doneBytes))
    const choice = { paths: undefined, remote: undefined, env: process.env }
    const data = await repository.open()
    const { failures } = await fetchData(data, choice, { signal, progress })
    assert.deepEqual(
      failures.map(({ error }) => error.code),
      ['STORAGE_DAMAGED'],
    )
    assert.ok(bytes < 100 << 20, `${bytes} bytes came`)
    assert.deepEqual(await readdir(join(data.cacheFolder, 'runwright/parts')), [])
    await until(server.isLetGo)
  })

  it('with a list of 10 GB is refused before it is read', async () => {
    await using repository = await createTestDataRepository()
    await writeFolder(repository, Buffer.from('[]'), Buffer.from(`${manifestHeading}\n`))
    const { cacheFolder } = await repository.open()
    const hash = parseDataHash(`${createHash('md5').update('[]').digest('hex')}.dir`) ?? assert.fail()
    await writeHuge(join(cacheFolder, dataKey(hash)))
    await assert.rejects(repository.checkout(), isRefusal(/list of data has \d+ bytes/))
  })

  it('with a remote of chunks whose recipes and indexes are 10 GB long has no such object', async () => {
    await using repository = await createTestDataRepository()
    const store = join(repository.root, '.git/store')
    const hash = parseDataHash('a'.repeat(32)) ?? assert.fail()
    const pack = parseSha256('b'.repeat(64)) ?? assert.fail()
    const url = store + chunkedEnding
    await using remote = await openRemote({ url, options: new Map(), folder: '/', env: {} })
    const keys: readonly ObjectKey[] = [chunkKey('recipe', hash), chunkKey('index', pack)]
    for (const key of keys) await writeHuge(join(store, key))
    assert.deepEqual(await remote.find([dataKey(hash)], signal), new Map())
    await repository.commit()
    await writeHuge(join(store, keys[0] ?? ''), '{"runwright-recipe":1,"size":5}\n')
    await assert.rejects(remote.read(dataKey(hash), 0, signal), isRefusal(/is longer than what it stands for/))
    const options = { env: {}, paths: undefined, remote, isRepair: false }
    const { damaged } = await verifyData(await repository.open(), options, work)
    assert.deepEqual(
      damaged.map(({ problem }) => problem),
      ['unreadable'],
    )
    const path = join(repository.root, 'large')
    await writeFile(path, Buffer.alloc(2 << 20, 'large'))
    await remote.write(dataKey(hash), { path, sizeBytes: 2 << 20 }, signal)
    assert.deepEqual(await remote.find([dataKey(hash)], signal), new Map([[dataKey(hash), 2 << 20]]))
  })
})
