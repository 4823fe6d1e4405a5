import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { checkoutPaths } from './checkout.ts'
import { openRemote } from './open-remote.ts'
import { pushData } from './push.ts'
import { openDataRepository } from './repository.ts'
import { createTestHistory, md5Of, sha256Of, type TestHistory, testWork } from './test-history.ts'
import { type VerifyOptions, verifyData } from './verify.ts'

const { env } = process

const verify = ({ data }: Pick<TestHistory, 'data'>, options: Partial<VerifyOptions> = {}) =>
  verifyData(data, { env, paths: undefined, remote: undefined, isRepair: false, ...options }, testWork)

/** One bit of the last byte becomes another, and nothing else of the file. */
async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  await chmod(path, 0o644)
  await writeFile(path, bytes)
  await chmod(path, 0o444)
}

async function createData(): Promise<TestHistory> {
  const repository = await createTestHistory()
  await repository.write({ 'd/größe': 'one', 'd/b': 'two', f: 'three' })
  await addPaths(repository.data, ['d', 'f'], testWork, env)
  await repository.commit()
  return repository
}

const pathOf = ({ data }: Pick<TestHistory, 'data'>, content: string) =>
  join(data.cacheFolder, 'files/md5', md5Of(content).slice(0, 2), md5Of(content).slice(2))

describe('verifying a cache', () => {
  it('finds all as it should be', async () => {
    await using repository = await createData()
    const { damaged, missing, objectCount, sizeBytes } = await verify(repository)
    assert.deepEqual([damaged, missing, objectCount], [[], [], 5])
    assert.ok(sizeBytes > 11)
    assert.equal((await verify(repository, { paths: ['f'] })).objectCount, 1)
  })

  it('names each flipped bit and who needs it, in files, lists and manifests', async () => {
    await using repository = await createData()
    const { cacheFolder } = repository.data
    const keys = await repository.objects()
    for (const key of keys) {
      await using copy = await createData()
      await flip(join(copy.data.cacheFolder, key))
      const { damaged } = await verify(copy)
      assert.deepEqual(
        damaged.map((each) => each.key),
        [key],
      )
      assert.notEqual(damaged[0]?.neededBy.length, 0, key)
    }
    await flip(pathOf(repository, 'one'))
    await flip(pathOf(repository, 'three'))
    const { damaged } = await verify(repository)
    const needers = damaged.flatMap(({ neededBy }) => neededBy).map(({ path, file }) => `${path} ${file ?? ''}`)
    assert.deepEqual(needers.toSorted(), ['d größe', 'f '])
    assert.deepEqual(
      damaged.map(({ problem }) => problem),
      ['md5', 'md5'],
    )
    assert.ok(cacheFolder !== '')
  })

  it('names the commit where no file of today needs it', async () => {
    await using repository = await createData()
    const commit = await repository.git('rev-parse', 'HEAD')
    await repository.write({ f: 'four' })
    await addPaths(repository.data, ['f'], testWork, env)
    await repository.commit()
    await flip(pathOf(repository, 'three'))
    const [damaged] = (await verify(repository)).damaged
    assert.deepEqual(damaged?.neededBy, [{ path: 'f', file: undefined, commit }])
  })

  it('finds bytes that have the right md5 and another SHA-256', async () => {
    await using repository = await createData()
    const pointer = await readFile(join(repository.root, 'f.dvc'), 'utf8')
    await repository.write({ 'f.dvc': pointer.replace(sha256Of('three'), sha256Of('what was added')) })
    const { damaged } = await verify(repository)
    assert.deepEqual(
      damaged.map(({ problem, key }) => [problem, key.includes(md5Of('three').slice(2))]),
      [['sha256', true]],
    )
  })

  it('moves damaged objects aside only when asked, and they can be stored anew', async () => {
    await using repository = await createData()
    await flip(pathOf(repository, 'three'))
    await verify(repository)
    assert.equal((await verify(repository, { isRepair: true })).damaged[0]?.isMovedAside, true)
    assert.deepEqual((await verify(repository)).damaged, [])
    assert.equal((await verify(repository)).missing.length, 1)
    await addPaths(repository.data, ['f'], testWork, env)
    assert.equal((await verify(repository)).missing.length, 0)
  })

  it('keeps an object that looks as ever from being checked out once it was seen to be damaged', async () => {
    await using repository = await createData()
    const path = pathOf(repository, 'three')
    await flip(path)
    await verify(repository)
    await rm(join(repository.root, 'f'))
    await assert.rejects(checkoutPaths(repository.data, { paths: ['f'], isForced: false }, testWork, env), {
      code: 'STORAGE_DAMAGED',
    })
  })
})

describe('verifying a remote', () => {
  it('reads it, and names what is damaged and what is missing there', async () => {
    await using repository = await createData()
    const folder = await mkdtemp(join(tmpdir(), 'runwright-remote-'))
    try {
      await repository.write({ '.dvc/config': `[core]\n    remote = r\n['remote "r"']\n    url = ${folder}\n` })
      const data = await openDataRepository(repository.root)
      await pushData(data, { paths: undefined, remote: undefined, env }, testWork)
      await using remote = await openRemote({ url: folder, options: new Map(), folder: data.dvcFolder, env })
      assert.deepEqual((await verify({ data }, { remote })).damaged, [])
      const there = (content: string) => pathOf({ data: { ...data, cacheFolder: folder } }, content)
      await flip(there('one'))
      await rm(there('two'))
      const { damaged, missing } = await verify({ data }, { remote })
      assert.deepEqual(
        damaged.map(({ neededBy }) => neededBy[0]?.file),
        ['größe'],
      )
      assert.deepEqual(
        missing.map((key) => key.endsWith(md5Of('two').slice(2))),
        [true],
      )
      assert.equal((await verify({ data }, { remote, paths: ['f'] })).objectCount, 1)
      assert.deepEqual((await verify({ data })).damaged, [])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
