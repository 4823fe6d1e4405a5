import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createTestDataRepository } from './test-repository.ts'

describe('the status of data', () => {
  it('tells added, removed and changed files of a folder', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b', 'data/c/d': 'd' })
    await repository.add('data')
    assert.equal((await repository.status())[0]?.state, 'clean')
    await rm(join(repository.root, 'data/b'))
    await repository.write({ 'data/a': 'changed', 'data/e': 'e' })
    for (const time of ['cold', 'warm']) {
      const [status] = await repository.status()
      assert.equal(status?.state, 'changed', time)
      assert.deepEqual(status.added.paths, ['data/e'])
      assert.deepEqual(status.removed.paths, ['data/b'])
      assert.deepEqual(status.changed.paths, ['data/a'])
      if (time === 'cold') await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    }
  })

  it('sees a file that was changed back', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', model: 'm' })
    await repository.add('data', 'model')
    await repository.write({ 'data/a': 'b', model: 'n' })
    assert.deepEqual(
      (await repository.status()).map(({ state }) => state),
      ['changed', 'changed'],
    )
    await repository.write({ 'data/a': 'a', model: 'm' })
    assert.deepEqual(
      (await repository.status()).map(({ state }) => state),
      ['clean', 'clean'],
    )
  })

  it('tells what is missing in the workspace, and what in the cache', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b', model: 'm' })
    await repository.add('data', 'model')
    await repository.status()
    await rm(join(repository.root, '.dvc/cache/files/md5/92'), { recursive: true })
    await rm(join(repository.root, 'model'))
    const [data, model] = await repository.status()
    assert.equal(data?.state, 'clean')
    assert.deepEqual(data.notInCache.paths, ['data/b'])
    assert.equal(model?.state, 'missing')
    assert.equal(model.notInCache.count, 0)
  })

  it('names what git could not merge, and tells of the rest', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', model: 'm' })
    await repository.add('data', 'model')
    await repository.write({ 'model.dvc': '<<<<<<< ours\nouts: []\n=======\nouts: []\n>>>>>>> theirs\n' })
    const [model, data] = await repository.status()
    assert.deepEqual([model?.path, model?.state], ['model', 'conflict'])
    assert.deepEqual([data?.state, data?.isFolder, data?.sizeBytes, data?.fileCount], ['clean', true, 1, 1])
  })

  it('knows a clean folder without the list of its files', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a' })
    await repository.add('data')
    await rm(join(repository.root, '.dvc/cache'), { recursive: true })
    await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    const [clean] = await repository.status()
    assert.equal(clean?.state, 'clean')
    assert.deepEqual(clean.notInCache.paths, ['data'])
    await repository.write({ 'data/a': 'b' })
    assert.equal((await repository.status())[0]?.state, 'changed')
  })

  it('finds .dvc files that are committed, new, and in folders; none that Git or DVC ignores', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'a/one': '1', 'ignored/three': '3', 'hidden/four': '4' })
    await repository.add('a/one', 'ignored/three', 'hidden/four')
    await repository.commit()
    await repository.write({ 'b/c/two': '2' })
    await repository.add('b/c/two')
    await repository.write({ '.dvcignore': '/hidden\n' })
    await repository.git('rm', '--quiet', '--cached', 'ignored/three.dvc')
    await repository.write({ '.gitignore': '/ignored\n' })
    assert.deepEqual(
      (await repository.status()).map(({ path }) => path),
      ['a/one', 'b/c/two'],
    )
    // Without Git the folders themselves are gone through.
    await rm(join(repository.root, '.git'), { recursive: true })
    assert.deepEqual(
      (await repository.status()).map(({ path }) => path),
      ['a/one', 'b/c/two', 'ignored/three'],
    )
  })
})
