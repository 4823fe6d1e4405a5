import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { findPointers, listOuts } from './find-pointers.ts'
import { parseSha256 } from './hash.ts'
import { objectPath } from './hashing/store-object.ts'
import { manifestKey } from './object-key.ts'
import { createTestDataRepository, type TestDataRepository, writeOddFolder } from './test-repository.ts'

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

  it('goes by the SHA-256 of a manifest where nothing is remembered, links and odd names included', async () => {
    await using repository = await createTestDataRepository()
    await writeOddFolder(join(repository.root, 'data'))
    await repository.write({ model: 'm' })
    await repository.add('data', 'model')
    const forget = () => rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    await forget()
    for (const time of ['cold', 'warm']) {
      assert.deepEqual(
        (await repository.status()).map(({ state }) => state),
        ['clean', 'clean'],
        time,
      )
    }
    await forget()
    await repository.write({ 'data/a': 'b', model: 'n' })
    const [data, model] = await repository.status()
    // Both links lead to it.
    assert.deepEqual(data?.changed.paths, ['data/a', 'data/link', 'data/sub dir/up'])
    assert.equal(model?.state, 'changed')
  })

  it('does without a manifest that is damaged', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b' })
    await repository.add('data')
    await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    const { sha256 } = await onlyOut(repository)
    const manifest = join(repository.root, '.dvc/cache', manifestKey(sha256))
    await chmod(manifest, 0o644)
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"size":1', '"size":2'))
    assert.equal((await repository.status())[0]?.state, 'clean')
    await repository.write({ 'data/b': 'c' })
    await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    assert.deepEqual((await repository.status())[0]?.changed.paths, ['data/b'])
  })

  it('lets no manifest say what md5 a file has: what was compared by it is hashed before it is stored', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'first' })
    await repository.add('data')
    await repository.write({ 'data/a': 'other' })
    // A stranger's manifest says that the bytes here are those of the object.
    const { sha256 } = await onlyOut(repository)
    const cache = join(repository.root, '.dvc/cache')
    const forged = (await readFile(join(cache, manifestKey(sha256)), 'utf8')).replace(
      createHash('sha256').update('first').digest('hex'),
      createHash('sha256').update('other').digest('hex'),
    )
    const forgedHash = parseSha256(createHash('sha256').update(forged).digest('hex'))
    assert.ok(forgedHash !== undefined)
    const place = join(cache, manifestKey(forgedHash))
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, forged)
    await repository.write({ 'data.dvc': (await repository.read('data.dvc')).replace(sha256, forgedHash) })
    await rm(join(repository.root, '.dvc/tmp'), { recursive: true })
    assert.equal((await repository.status())[0]?.state, 'clean')
    await repository.add('data')
    const md5 = createHash('md5').update('other').digest('hex')
    assert.equal(await readFile(objectPath(join(cache, 'files/md5'), md5), 'utf8'), 'other')
    assert.match(
      await repository.read('data.dvc'),
      new RegExp(createHash('md5').update(`[{"md5": "${md5}", "relpath": "a"}]`).digest('hex')),
    )
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

async function onlyOut(repository: TestDataRepository) {
  const [tracked] = listOuts(await findPointers(await repository.open(), process.env))
  const sha256 = tracked?.out.sha256
  assert.ok(sha256 !== undefined)
  return { sha256 }
}
