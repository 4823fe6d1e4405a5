import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { checkoutPaths } from './checkout.ts'
import { readIndexSummary } from './workspace/file-index.ts'
import { indexFile } from './writing/record-path.ts'
import { createTestDataRepository, quietWork, type TestDataRepository, writeOddFolder } from './test-repository.ts'

const objectOf = (text: string) => {
  const md5 = createHash('md5').update(text).digest('hex')
  return `.dvc/cache/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`
}

/** All there is in a folder: names, bytes, links and modes. */
async function listAll(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.map(async (name) => {
    const path = join(folder, name)
    const stat = await lstat(path)
    const what = stat.isFile() ? await readFile(path, 'utf8') : stat.isDirectory() ? 'folder' : 'link'
    return `${name} ${what} ${(stat.mode & 0o100) !== 0}`
  })
  return (await Promise.all(lines)).toSorted()
}

/** A repository with two versions of a folder; the second one is in the workspace. */
async function createTwoVersions(config?: string): Promise<TestDataRepository & { goBack(): Promise<void> }> {
  const repository = await createTestDataRepository(config)
  await repository.write({ 'data/a': 'a1', 'data/gone/b': 'b1', 'data/same': 'same' })
  await repository.add('data')
  const first = await repository.read('data.dvc')
  await rm(join(repository.root, 'data/gone'), { recursive: true })
  await rm(join(repository.root, 'data/a'))
  await repository.write({ 'data/a': 'a2', 'data/new/c': 'c2' })
  await repository.add('data')
  return { ...repository, goBack: () => repository.write({ 'data.dvc': first }) }
}

describe('checking out data', () => {
  it('brings back a folder with links, empty folders and modes', async () => {
    await using repository = await createTestDataRepository()
    const folder = join(repository.root, 'data')
    await writeOddFolder(folder)
    const before = await listAll(folder)
    await repository.add('data')
    await rm(folder, { recursive: true })
    const [done] = await repository.checkout()
    assert.deepEqual(await listAll(folder), before)
    assert.deepEqual(done, { path: 'data', added: 14, changed: 0, removed: 0 })
    assert.equal((await repository.status())[0]?.state, 'clean')
  })

  it('remembers that the cache has all objects if they were seen there, so that status need not look for each', async () => {
    await using repository = await createTwoVersions()
    const { root } = repository
    const hasStamp = async () => {
      const { temporaryFolder } = await repository.open()
      return readIndexSummary(indexFile(temporaryFolder, 'data'))?.cacheStamp !== undefined
    }
    const lacking = async () => (await repository.status())[0]?.notInCache.paths
    const second = await repository.read('data.dvc')
    await repository.goBack()
    await repository.checkout()
    assert.ok(await hasStamp())
    assert.deepEqual(await lacking(), [])
    await rm(join(root, objectOf('same')))
    assert.deepEqual(await lacking(), ['data/same'], 'what goes away later is missed')
    await repository.write({ 'data.dvc': second })
    await repository.checkout()
    assert.ok(!(await hasStamp()), 'the object of a file that stays was not seen')
    assert.deepEqual(await lacking(), ['data/same'])
    await repository.commitData()
    // The index does not know a file that was touched, and nobody has looked for its object.
    await repository.goBack()
    await rm(join(root, 'data/same'))
    await repository.write({ 'data/same': 'same' })
    await rm(join(root, '.dvc/tmp'), { recursive: true })
    await repository.checkout()
    assert.deepEqual(await lacking(), [])
    await rm(join(root, 'data'), { recursive: true })
    await repository.checkout()
    assert.ok(await hasStamp())
  })

  for (const type of ['copy', 'hardlink', 'symlink', 'reflink,copy']) {
    it(`goes from one version to another and back, with ${type}`, async () => {
      await using repository = await createTwoVersions(`[cache]\n    type = "${type}"\n`)
      const second = await repository.read('data.dvc')
      await repository.goBack()
      assert.deepEqual(await repository.checkout(), [{ path: 'data', added: 1, changed: 1, removed: 1 }])
      const names = (await readdir(join(repository.root, 'data'), { recursive: true })).toSorted()
      assert.deepEqual(names, ['a', 'gone', 'gone/b', 'same'])
      assert.equal(await repository.read('data/a'), 'a1')
      assert.equal((await repository.status())[0]?.state, 'clean')
      await repository.write({ 'data.dvc': second })
      await repository.checkout()
      assert.equal(await repository.read('data/new/c'), 'c2')
      const { nlink } = await lstat(join(repository.root, 'data/a'))
      assert.equal(nlink, type === 'hardlink' ? 2 : 1)
    })
  }

  it('changes nothing when files are in no cache, and names them', async () => {
    await using repository = await createTwoVersions()
    await repository.goBack()
    await repository.write({ 'data/a': 'mine', 'data/untracked': 'mine too' })
    const before = await listAll(join(repository.root, 'data'))
    await assert.rejects(repository.checkout(), { code: 'RESOURCE_CONFLICT', message: /data\/a, data\/untracked/ })
    assert.deepEqual(await listAll(join(repository.root, 'data')), before)
    await repository.checkout({ isForced: true })
    assert.equal(await repository.read('data/a'), 'a1')
    await assert.rejects(repository.read('data/untracked'))
  })

  it('removes what no version names only if the cache has it', async () => {
    await using repository = await createTwoVersions()
    await repository.write({ 'data/copy-of-a1': 'a1' })
    assert.deepEqual(await repository.checkout(), [{ path: 'data', added: 0, changed: 0, removed: 1 }])
  })

  it('removes and names any number of files', async () => {
    await using repository = await createTestDataRepository()
    const many = (folder: string) =>
      Object.fromEntries(Array.from({ length: 1300 }, (_, index) => [`data/${folder}/${index}`, `${folder} ${index}`]))
    await repository.write({ 'data/kept': 'kept' })
    await repository.add('data')
    const pointer = await repository.read('data.dvc')
    await repository.write(many('saved'))
    await repository.add('data')
    await repository.write({ 'data.dvc': pointer, ...many('unsaved') })
    await assert.rejects(repository.checkout(), { code: 'RESOURCE_CONFLICT', message: / and 1280 more\.$/ })
    const [done] = await repository.checkout({ isForced: true })
    assert.deepEqual(done, { path: 'data', added: 0, changed: 0, removed: 2600 })
    assert.deepEqual(await readdir(join(repository.root, 'data')), ['kept'])
    assert.deepEqual(await readdir(join(repository.root, '.dvc/tmp/runwright/new')), [])
  })

  it('never makes a file from an object with a flipped bit', async () => {
    await using repository = await createTwoVersions()
    await repository.goBack()
    const object = join(repository.root, objectOf('a1'))
    const { atime, mtime } = await lstat(object)
    await chmod(object, 0o644)
    await writeFile(object, 'a3')
    await assert.rejects(repository.checkout(), { code: 'STORAGE_DAMAGED', message: /data\/a\./ })
    assert.equal(await repository.read('data/a'), 'a2')
    // As one that another program has written, which nobody has looked at yet.
    await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    await utimes(object, atime, mtime)
    await assert.rejects(repository.checkout(), { code: 'STORAGE_DAMAGED' })
    await writeFile(object, 'a1')
    await repository.checkout()
    assert.equal(await repository.read('data/a'), 'a1')
  })

  it('does not take a damaged object for a copy of what it would remove', async () => {
    await using repository = await createTwoVersions()
    const object = join(repository.root, objectOf('a2'))
    await repository.goBack()
    await chmod(object, 0o644)
    await writeFile(object, 'xx')
    await assert.rejects(repository.checkout(), { code: 'RESOURCE_CONFLICT', message: /data\/a\./ })
    assert.equal(await repository.read('data/a'), 'a2')
  })

  it('names a file that was edited through its hard link', async () => {
    await using repository = await createTwoVersions('[cache]\n    type = hardlink\n')
    const file = join(repository.root, 'data/a')
    await chmod(file, 0o644)
    await writeFile(file, 'edited')
    const [status] = await repository.status()
    assert.deepEqual(status?.edited.paths, ['data/a'])
    await assert.rejects(repository.checkout(), { code: 'STORAGE_DAMAGED', message: /through a hard link.*data\/a/ })
    await assert.rejects(repository.checkout({ isForced: true }), { code: 'STORAGE_DAMAGED' })
    assert.equal(await repository.read('data/a'), 'edited')
    await repository.commitData()
    assert.equal((await repository.status())[0]?.state, 'clean')
  })

  it('says what the cache lacks, and changes nothing', async () => {
    await using repository = await createTwoVersions()
    await repository.goBack()
    await rm(join(repository.root, objectOf('b1')))
    await assert.rejects(repository.checkout(), { code: 'RESOURCE_DOES_NOT_EXIST', message: /data\/gone\/b/ })
    assert.equal(await repository.read('data/a'), 'a2')
  })

  it('puts a file where a folder was, and a folder where a file was', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ thing: 'file' })
    await repository.add('thing')
    const asFile = await repository.read('thing.dvc')
    await rm(join(repository.root, 'thing'))
    await repository.write({ 'thing/inner': 'in folder' })
    await repository.add('thing')
    const asFolder = await repository.read('thing.dvc')
    await repository.write({ 'thing.dvc': asFile })
    await repository.checkout()
    assert.equal(await repository.read('thing'), 'file')
    await repository.write({ 'thing.dvc': asFolder })
    await repository.checkout()
    assert.equal(await repository.read('thing/inner'), 'in folder')
    await repository.write({ 'thing/mine': 'mine', 'thing.dvc': asFile })
    await assert.rejects(repository.checkout(), { message: /thing\/mine/ })
    assert.equal(await repository.read('thing/mine'), 'mine')
  })

  it('follows no link out of the workspace', async () => {
    await using repository = await createTwoVersions()
    const elsewhere = await mkdtemp(join(tmpdir(), 'runwright-elsewhere-'))
    try {
      await rm(join(repository.root, 'data/new'), { recursive: true })
      await symlink(elsewhere, join(repository.root, 'data/new'))
      for (const isForced of [false, true]) {
        await assert.rejects(repository.checkout({ isForced }), { code: 'RESOURCE_CONFLICT' })
      }
      await rm(join(repository.root, 'data'), { recursive: true })
      await symlink(elsewhere, join(repository.root, 'data'))
      await assert.rejects(repository.checkout(), { code: 'RESOURCE_CONFLICT' })
      assert.deepEqual(await readdir(elsewhere), [])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })

  it('does as git checkout: another branch has other data', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'model.bin': 'on trunk' })
    await repository.add('model.bin')
    await repository.commit()
    await repository.git('checkout', '--quiet', '-b', 'better')
    await repository.write({ 'model.bin': 'better' })
    await repository.commitData()
    await repository.commit()
    await repository.git('checkout', '--quiet', 'trunk')
    await repository.checkout()
    assert.equal(await repository.read('model.bin'), 'on trunk')
  })

  it('leaves whole files when it is cancelled, and goes on the next time', async () => {
    await using repository = await createTestDataRepository()
    const names = Array.from({ length: 700 }, (_, index) => `data/${index}`)
    await repository.write(Object.fromEntries(names.map((name) => [name, name])))
    await repository.add('data')
    await rm(join(repository.root, 'data'), { recursive: true })
    const cancel = new AbortController()
    const work = { ...quietWork(), signal: cancel.signal, progress: () => cancel.abort() }
    const how = { paths: undefined, isForced: false }
    await assert.rejects(checkoutPaths(await repository.open(), how, work), { code: 'CANCELLED' })
    for (const name of await readdir(join(repository.root, 'data'))) {
      assert.equal(await repository.read(`data/${name}`), `data/${name}`)
    }
    await repository.checkout()
    assert.equal((await readdir(join(repository.root, 'data'))).length, 700)
  })

  it('keeps to the umask of the user', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a' })
    await repository.add('data')
    await rm(join(repository.root, 'data'), { recursive: true })
    await repository.checkout()
    const expected = execFileSync('sh', ['-c', 'umask']).toString().trim()
    const mode = (await lstat(join(repository.root, 'data/a'))).mode & 0o777
    assert.equal(mode, 0o666 & ~Number.parseInt(expected, 8))
  })

  it('makes folders that lie in folders', async () => {
    await using repository = await createTestDataRepository()
    await mkdir(join(repository.root, 'a/b'), { recursive: true })
    await repository.write({ 'a/b/data/x': 'x' })
    await repository.add('a/b/data')
    await rm(join(repository.root, 'a/b/data'), { recursive: true })
    await repository.checkout()
    assert.equal(await repository.read('a/b/data/x'), 'x')
  })
})
