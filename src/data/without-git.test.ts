import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { findPointers } from './find-pointers.ts'
import { loadNamedVersions } from './named-versions.ts'
import { readStatus } from './status.ts'
import { createTestDataRepository, quietWork } from './test-repository.ts'

/** A PATH on which there is no git. */
const env = { PATH: join(import.meta.dirname, 'no such folder') }

describe('data on a machine without git', () => {
  it('is added and found, without what .gitignore leaves out', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ '.gitignore': 'scratch/\n', 'a.csv': 'a', 'scratch/b.csv': 'b', 'sub/c.csv': 'c' })
    await repository.commit()
    await repository.git('rm', '--quiet', '--cached', 'a.csv', 'sub/c.csv')
    const data = await repository.open()
    await addPaths(data, ['a.csv', 'sub/c.csv'], quietWork(), env)
    await repository.write({ 'scratch/b.csv.dvc': await repository.read('a.csv.dvc') })
    const found = await findPointers(data, env)
    assert.deepEqual(
      found.map(({ path }) => path),
      ['a.csv.dvc', 'sub/c.csv.dvc'],
    )
    assert.deepEqual(found, await findPointers(data, process.env))
    assert.equal((await readStatus(data, undefined, quietWork())).length, 2)
    assert.equal(await repository.git('check-ignore', 'a.csv'), 'a.csv')
  })

  it('is not what Git has already', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'a.csv': 'a' })
    await repository.commit()
    const adding = repository.open().then((data) => addPaths(data, ['a.csv'], quietWork(), env))
    await assert.rejects(adding, { code: 'INVALID_PARAMETER_VALUE', message: /Git has a\.csv already/ })
  })

  it('has the versions that a commit names, not those of the work tree', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'a.csv': 'first' })
    const [first] = await repository.add('a.csv')
    const commit = await repository.commit()
    await repository.write({ 'a.csv': 'second' })
    const [second] = await repository.add('a.csv')
    const load = async (more: object) =>
      (await loadNamedVersions({ folder: repository.root, env, ...more }, ['a.csv']))[0]?.md5
    assert.equal(await load({}), second?.hash)
    assert.equal(await load({ commit }), first?.hash)
    assert.equal(await load({ commit: 'trunk' }), first?.hash)
  })
})

describe('what Git LFS keeps', () => {
  it('is not taken from it', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({
      '.gitattributes': '*.bin filter=lfs\n',
      'a.bin': 'version https://git-lfs.github.com/spec/v1\n',
    })
    await repository.git(
      '-c',
      'filter.lfs.process=',
      '-c',
      'filter.lfs.clean=',
      '-c',
      'filter.lfs.required=false',
      'add',
      '.',
    )
    await assert.rejects(repository.add('a.bin'), { message: /in Git LFS/, hint: /runwright lfs/ })
  })
})
