import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from '../../src/data/add.ts'
import { checkoutPaths } from '../../src/data/checkout.ts'
import { commitPaths } from '../../src/data/commit.ts'
import { type DataRepository, openDataRepository } from '../../src/data/repository.ts'
import { readStatus } from '../../src/data/status.ts'
import { quietWork } from '../../src/data/test-repository.ts'
import { tryLockRepository } from '../../src/data/writing/lock-repository.ts'
import { cannotMount, openSmallDisk, type SmallDisk } from './mounts.ts'

const fileCount = 300
const megabyte = 1 << 20
const textOf = (index: number, version: number) => `${index} of version ${version} `.repeat(500)

/** Without Git, so that only our own writing counts. */
async function openRepositoryOn(disk: SmallDisk): Promise<DataRepository> {
  const root = join(disk.path, 'repository')
  await mkdir(join(root, '.dvc'), { recursive: true })
  await mkdir(join(root, 'data'))
  return openDataRepository(root)
}

async function writeVersion({ root }: DataRepository, version: number): Promise<void> {
  for (let index = 0; index < fileCount; index++) await writeFile(join(root, `data/${index}`), textOf(index, version))
  await writeFile(join(root, 'data/big'), Buffer.alloc(3 * megabyte, `${version}`))
}

async function checkFiles({ root }: DataRepository, versions: readonly number[]): Promise<void> {
  for (let index = 0; index < fileCount; index++) {
    const text = await readFile(join(root, `data/${index}`), 'utf8')
    assert.ok(
      versions.some((version) => text === textOf(index, version)),
      `${index} is none of ${versions.join(', ')}`,
    )
  }
}

async function checkNothingIsLeft({ root }: DataRepository): Promise<void> {
  for (const folder of ['.dvc/tmp/runwright/new', '.dvc/cache/runwright/new']) {
    assert.deepEqual(await readdir(join(root, folder)), [], folder)
  }
}

const full = { code: 'STORAGE_FULL' }

describe('a disk that is full', { skip: cannotMount }, () => {
  for (const leftBytes of [0, megabyte, 4 * megabyte]) {
    it(`loses nothing when data is added, committed or checked out with ${leftBytes} bytes left`, async () => {
      await using disk = await openSmallDisk(64 * megabyte)
      const repository = await openRepositoryOn(disk)
      await writeVersion(repository, 1)
      const add = () => addPaths(repository, ['data'], quietWork())
      await disk.fill(leftBytes)
      await assert.rejects(add(), full)
      await assert.rejects(readFile(join(repository.root, 'data.dvc')), { code: 'ENOENT' })
      await disk.free()
      const lock = tryLockRepository(repository)
      assert.ok(lock, 'it is still locked')
      lock[Symbol.dispose]()
      await add()
      await checkFiles(repository, [1])
      await checkNothingIsLeft(repository)

      const first = await readFile(join(repository.root, 'data.dvc'), 'utf8')
      await writeVersion(repository, 2)
      await disk.fill(leftBytes)
      assert.equal((await readStatus(repository, undefined, quietWork()))[0]?.state, 'changed')
      await assert.rejects(commitPaths(repository, undefined, quietWork()), full)
      assert.equal(await readFile(join(repository.root, 'data.dvc'), 'utf8'), first)
      await disk.free()
      await commitPaths(repository, undefined, quietWork())
      await checkFiles(repository, [2])

      const second = await readFile(join(repository.root, 'data.dvc'), 'utf8')
      await writeFile(join(repository.root, 'data.dvc'), first)
      await disk.fill(0)
      const checkout = () => checkoutPaths(repository, { paths: undefined, isForced: false }, quietWork())
      await assert.rejects(checkout(), full)
      await checkFiles(repository, [1, 2])
      await disk.free()
      await checkout()
      await checkFiles(repository, [1])
      assert.equal((await readStatus(repository, undefined, quietWork()))[0]?.state, 'clean')
      await checkNothingIsLeft(repository)
      await rm(join(repository.root, 'data.dvc'))
      assert.notEqual(second, first)
    })
  }
})
