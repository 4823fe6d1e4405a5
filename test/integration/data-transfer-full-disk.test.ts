import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from '../../src/data/add.ts'
import { checkoutPaths } from '../../src/data/checkout.ts'
import { fetchData } from '../../src/data/fetch.ts'
import { collectGarbage } from '../../src/data/gc.ts'
import { chunkedEnding, openRemote } from '../../src/data/open-remote.ts'
import { pushData } from '../../src/data/push.ts'
import { type DataRepository, openDataRepository } from '../../src/data/repository.ts'
import { gcOfAll } from '../../src/data/test-gc.ts'
import { quietWork } from '../../src/data/test-repository.ts'
import { checkChunks } from './chunked-store.ts'
import { cannotMount, openSmallDisk } from './mounts.ts'
import { useTemporaryFolder } from './use-temporary-folder.ts'

const megabyte = 1 << 20
const full = { code: 'STORAGE_FULL' }
const all = { paths: undefined, remote: undefined, env: {} }

/** A repository without git, so that only our own writing counts, whose remote is elsewhere. */
async function openRepository(root: string, url: string): Promise<DataRepository> {
  await mkdir(join(root, '.dvc'), { recursive: true })
  const lines = ['[core]', '    no_scm = true', '    remote = store', `['remote "store"']`, `    url = ${url}`, '']
  await writeFile(join(root, '.dvc/config'), lines.join('\n'))
  return openDataRepository(root)
}

async function openFolder() {
  const path = await mkdtemp(join(tmpdir(), 'rw-full-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function addData(repository: DataRepository): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map([['big', randomBytes(3 * megabyte)]])
  for (let index = 0; index < 200; index++) files.set(String(index), randomBytes(10_000))
  await mkdir(join(repository.root, 'data'))
  for (const [name, bytes] of files) await writeFile(join(repository.root, 'data', name), bytes)
  await addPaths(repository, ['data'], quietWork())
  return files
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Every object is what its name says. */
async function checkObjects(folder: string): Promise<number> {
  const paths = await listFiles(join(folder, 'files/md5'))
  for (const path of paths) {
    const md5 = createHash('md5').update(await readFile(path))
    assert.equal(
      md5.digest('hex'),
      path
        .replace(/\.dir$/, '')
        .slice(-33)
        .replace('/', ''),
      path,
    )
  }
  return paths.length
}

async function checkFiles({ root }: DataRepository, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, bytes] of files) assert.ok((await readFile(join(root, 'data', name))).equals(bytes), name)
}

describe('a disk that is full', { skip: cannotMount }, () => {
  for (const ending of ['', chunkedEnding]) {
    for (const leftBytes of [0, megabyte, 4 * megabyte]) {
      it(`has no object in part after a push to a folder${ending} with ${leftBytes} bytes left`, async () => {
        await using disk = await openSmallDisk(32 * megabyte)
        await using folder = await openFolder()
        const url = join(disk.path, 'store')
        const repository = await openRepository(join(folder.path, 'repository'), url + ending)
        const files = await addData(repository)
        await disk.fill(leftBytes)
        await assert.rejects(pushData(repository, all, quietWork()), full)
        await checkObjects(url)
        assert.deepEqual(await listFiles(join(url, 'runwright/tmp')), [])
        await disk.free()
        assert.deepEqual((await pushData(repository, all, quietWork())).failures, [])
        await checkObjects(url)

        const another = await openRepository(join(folder.path, 'another'), url + ending)
        await writeFile(join(another.root, 'data.dvc'), await readFile(join(repository.root, 'data.dvc')))
        assert.deepEqual((await fetchData(another, all, quietWork())).failures, [])
        await checkoutPaths(another, { paths: undefined, isForced: false }, quietWork())
        await checkFiles(another, files)
      })
    }
  }

  it('does not keep a push from sending what is on it', async () => {
    await using disk = await openSmallDisk(32 * megabyte)
    await using folder = await openFolder()
    const repository = await openRepository(join(disk.path, 'repository'), join(folder.path, 'store'))
    await addData(repository)
    await disk.fill(0)
    assert.equal((await pushData(repository, all, quietWork())).movedCount, 203)
    assert.equal(await checkObjects(join(folder.path, 'store')), 202)
  })

  it('is named where the place for temporary files is on it, and a remote of chunks is pushed to', async () => {
    await using disk = await openSmallDisk(32 * megabyte)
    await using folder = await openFolder()
    const url = join(folder.path, 'store')
    const repository = await openRepository(join(folder.path, 'repository'), url + chunkedEnding)
    await addData(repository)
    using _ = useTemporaryFolder(disk.path)
    await disk.fill(0)
    await assert.rejects(pushData(repository, all, quietWork()), { ...full, message: new RegExp(disk.path) })
    await checkChunks(url)
    await disk.free()
    assert.deepEqual((await pushData(repository, all, quietWork())).failures, [])
    assert.deepEqual(await readdir(disk.path), [])
  })

  for (const ending of ['', chunkedEnding]) {
    for (const leftBytes of [0, megabyte, 4 * megabyte]) {
      it(`loses nothing when data is pulled from a folder${ending} with ${leftBytes} bytes left`, async () => {
        await using disk = await openSmallDisk(32 * megabyte)
        await using folder = await openFolder()
        const url = join(folder.path, 'store') + ending
        const pushed = await openRepository(join(folder.path, 'repository'), url)
        const files = await addData(pushed)
        await pushData(pushed, all, quietWork())

        const repository = await openRepository(join(disk.path, 'repository'), url)
        await writeFile(join(repository.root, 'data.dvc'), await readFile(join(pushed.root, 'data.dvc')))
        const fetch = () => fetchData(repository, all, quietWork())
        const checkout = () => checkoutPaths(repository, { paths: undefined, isForced: false }, quietWork())
        await disk.fill(leftBytes)
        await assert.rejects(fetch(), full)
        await checkObjects(repository.cacheFolder)
        await disk.free()
        assert.deepEqual((await fetch()).failures, [])
        assert.equal(await checkObjects(repository.cacheFolder), 202)
        // The cache is whole then, and the workspace has no place.
        await disk.fill(leftBytes)
        await assert.rejects(checkout(), full)
        for (const path of await listFiles(join(repository.root, 'data'))) {
          assert.ok(files.get(path.slice(repository.root.length + 6))?.equals(await readFile(path)), path)
        }
        await disk.free()
        await checkout()
        await checkFiles(repository, files)
      })
    }
  }

  for (const ending of ['', chunkedEnding]) {
    it(`is what gc is there for: it needs no space, in the cache as in a folder${ending}`, async () => {
      await using disk = await openSmallDisk(32 * megabyte)
      const url = join(disk.path, 'store')
      const repository = await openRepository(join(disk.path, 'repository'), url + ending)
      const files = await addData(repository)
      await pushData(repository, all, quietWork())
      const garbage = join('files/md5/ab', 'c'.repeat(30))
      for (const folder of [repository.cacheFolder, url]) {
        await mkdir(join(folder, 'files/md5/ab'), { recursive: true })
        await writeFile(join(folder, garbage), randomBytes(megabyte))
      }
      await using remote = await openRemote({ url, options: new Map(), folder: '/', env: {} })
      await disk.fill(0)
      for (const place of [undefined, remote]) {
        const { removed } = await collectGarbage(repository, { ...gcOfAll, remote: place }, quietWork())
        assert.deepEqual(removed, [{ key: garbage, sizeBytes: megabyte }])
        // What the first has freed is not to help the second.
        await disk.free()
        await disk.fill(0)
      }
      assert.equal(await checkObjects(repository.cacheFolder), 202)
      const { recipes } = await checkChunks(url)
      assert.equal((await checkObjects(url)) + recipes.length, 202)
      await checkFiles(repository, files)
    })
  }
})
