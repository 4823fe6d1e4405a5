import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../protocol/errors.ts'
import { checkoutPaths } from './checkout.ts'
import { fetchData } from './fetch.ts'
import { chunkedEnding, openRemote } from './open-remote.ts'
import { pushData } from './push.ts'
import { linkTypes, openDataRepository } from './repository.ts'
import { createTestDataRepository, quietWork, type TestDataRepository } from './test-repository.ts'
import { verifyData } from './verify.ts'

const { env } = process
const all = { paths: undefined, remote: undefined, env }
const work = quietWork()

/** One bit anywhere in a file becomes another. */
async function flipAnyBit(path: string): Promise<void> {
  const bytes = await readFile(path)
  const at = randomInt(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8))
  await chmod(path, 0o644)
  await writeFile(path, bytes)
}

/**
 * A bit of a digit in lines of an index, so that it still is a number.
 *
 * @param kind 0 for all starts, 1 for all lengths, 2 for the length of the last chunk
 */
async function flipDigits(path: string, kind: number): Promise<void> {
  const all = (await readFile(path, 'utf8')).split('\n')
  const lines = all.map((line, index) => {
    if (line === '' || (kind === 2 && index < all.length - 2)) return line
    const column = Math.min(kind, 1)
    const [name, ...numbers] = line.split(' ')
    return [name, ...numbers.map((number, at) => (at === column ? String(Number(number) ^ 1) : number))].join(' ')
  })
  await chmod(path, 0o644)
  await writeFile(path, lines.join('\n'))
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** A folder with a small and a large file, and a remote that has it. */
async function createPushed(ending: string, linkType = 'copy') {
  const repository = await createTestDataRepository()
  const store = join(repository.root, '.git/store')
  const settings = `[core]\n    remote = store\n[cache]\n    type = ${linkType}\n['remote "store"']\n    url = ${store}`
  await repository.write({ '.dvc/config': `${settings}${ending}\n`, 'data/small': 'small' })
  await repository.write({ 'data/large': randomBytes(3 << 20) })
  await repository.add('data')
  await push(repository)
  return { repository, store, url: store + ending }
}

async function push(repository: TestDataRepository) {
  return pushData(await repository.open(), all, work)
}

async function verify(repository: TestDataRepository, url: string, isRepair: boolean) {
  await using remote = await openRemote({ url, options: new Map(), folder: '/', env })
  return verifyData(await repository.open(), { env, paths: undefined, remote, isRepair }, work)
}

/** In a clone without a cache: what came is what was pushed, and what did not come was named. */
async function checkClone({ root }: TestDataRepository): Promise<boolean> {
  const clone = await mkdtemp(join(tmpdir(), 'runwright-clone-'))
  try {
    for (const path of ['.dvc/config', 'data.dvc']) await cp(join(root, path), join(clone, path), { recursive: true })
    const repository = await openDataRepository(clone)
    const { failures } = await fetchData(repository, all, work)
    const checkedOut = checkoutPaths(repository, { paths: undefined, isForced: false }, work)
    // A manifest alone that is missing leaves DVC's list and all of its files.
    if (failures.some(({ key }) => key.startsWith('files/'))) await assert.rejects(checkedOut, RunwrightError)
    else await checkedOut
    for (const path of await listFiles(join(clone, 'data'))) {
      const [here, there] = [await readFile(join(root, path.slice(clone.length))), await readFile(path)]
      assert.ok(here.equals(there), path)
    }
    return failures.length === 0
  } finally {
    await rm(clone, { recursive: true })
  }
}

describe('a bit that is flipped in a remote', () => {
  for (const ending of ['', chunkedEnding]) {
    it(`is found by verify, comes to no clone, and is mended by a push, in a folder${ending}`, async () => {
      const { repository, store, url } = await createPushed(ending)
      await using _ = repository
      for (const path of await listFiles(store)) {
        await flipAnyBit(path)
        const isIndex = path.includes('/index/')
        const { damaged } = await verify(repository, url, false)
        assert.equal(damaged.length, isIndex ? 0 : 1, path)
        assert.equal(await checkClone(repository), isIndex, path)
        const repaired = await verify(repository, url, true)
        assert.ok(repaired.damaged.every(({ isMovedAside }) => isMovedAside))
        assert.deepEqual((await push(repository)).failures, [])
        assert.deepEqual((await verify(repository, url, false)).damaged, [], path)
        assert.ok(await checkClone(repository), path)
      }
    })
  }

  it('of an index of chunks makes no later version wrong', async () => {
    const { repository, store, url } = await createPushed(chunkedEnding)
    await using _ = repository
    for (let turn = 0; turn < 5; turn++) {
      for (const path of await listFiles(join(store, 'runwright/index'))) await flipDigits(path, turn % 3)
      const large = await readFile(join(repository.root, 'data/large'))
      await rm(join(repository.root, 'data/large'))
      await repository.write({ 'data/large': Buffer.concat([Buffer.from(`${turn}`), large]) })
      await repository.add('data')
      assert.deepEqual((await push(repository)).failures, [])
      assert.deepEqual((await verify(repository, url, false)).damaged, [])
      assert.ok(await checkClone(repository))
    }
  })
})

describe('a bit that is flipped in the cache', () => {
  for (const type of linkTypes.filter((each) => each !== 'reflink')) {
    it(`is found by verify, and goes neither to the workspace nor to a remote, with ${type}`, async () => {
      const { repository, store } = await createPushed('', type)
      await using _ = repository
      await rm(join(repository.root, 'data'), { recursive: true })
      const { cacheFolder } = await repository.open()
      for (const path of await listFiles(cacheFolder)) {
        const whole = await readFile(path)
        await rm(store, { recursive: true, force: true })
        await flipAnyBit(path)
        await assert.rejects(repository.checkout(), { code: 'STORAGE_DAMAGED' })
        assert.deepEqual(await listFiles(join(repository.root, 'data')), [])
        const { failures } = await push(repository)
        assert.ok(failures.length > 0 && failures.every(({ error }) => error.code === 'STORAGE_DAMAGED'), path)
        assert.ok(
          (await listFiles(store)).every((each) => !each.endsWith(path.slice(cacheFolder.length))),
          path,
        )
        const options = { env, paths: undefined, remote: undefined, isRepair: false }
        const { damaged } = await verifyData(await repository.open(), options, work)
        assert.deepEqual(
          damaged.map(({ key }) => join(cacheFolder, key)),
          [path],
        )
        await writeFile(path, whole)
      }
      await repository.checkout()
      assert.deepEqual((await push(repository)).failures, [])
      assert.deepEqual((await verify(repository, store, false)).damaged, [])
    })
  }
})
