import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fetchData } from './fetch.ts'
import { updateImport } from './import.ts'
import { mergePointers } from './merge.ts'
import { movePath } from './move.ts'
import { openWorkTreePointers } from './pointer-files.ts'
import { findVersion } from './find-version.ts'
import { pushData } from './push.ts'
import { removePaths } from './remove.ts'
import { restorePath } from './restore.ts'
import { createTestDataRepository, quietWork, type TestDataRepository } from './test-repository.ts'

const { env } = process
const config = `[core]\n    remote = store\n['remote "store"']\n    url = ../store\n`

/** A repository whose data lies in `raw/set`, by a `.dvc` file in another folder, written by hand in part. */
async function createWithWorkingFolder(): Promise<TestDataRepository> {
  const repository = await createTestDataRepository(config)
  await repository.write({ 'raw/set/a': 'one', 'raw/set/b': 'two' })
  await repository.add('raw/set')
  const text = await repository.read('raw/set.dvc')
  await repository.write({ 'meta/set.dvc': `# by hand\nwdir: ../raw # where it is\n${text}` })
  await rm(join(repository.root, 'raw/set.dvc'))
  return repository
}

const states = async (repository: TestDataRepository) =>
  (await repository.status()).map(({ path, pointer, state }) => `${pointer}: ${path} ${state}`)

describe('a .dvc file with a wdir', () => {
  it('stands for what is at its path from there', async () => {
    await using repository = await createWithWorkingFolder()
    assert.deepEqual(await states(repository), ['meta/set.dvc: raw/set clean'])
    await repository.write({ 'raw/set/a': 'changed' })
    assert.deepEqual(await states(repository), ['meta/set.dvc: raw/set changed'])
  })

  it('is written again by add and commit with nothing changed but what is said of the data', async () => {
    await using repository = await createWithWorkingFolder()
    const before = await repository.read('meta/set.dvc')
    for (const record of [() => repository.add('raw/set'), () => repository.commitData()]) {
      await repository.write({ 'raw/set/a': 'changed' })
      await record()
      assert.notEqual(await repository.read('meta/set.dvc'), before)
      assert.equal(existsSync(join(repository.root, 'raw/set.dvc')), false)
      assert.deepEqual(await states(repository), ['meta/set.dvc: raw/set clean'])
      await repository.write({ 'raw/set/a': 'one' })
      await record()
      assert.equal(await repository.read('meta/set.dvc'), before)
    }
  })

  it('has its data pushed, fetched and checked out, also where the folder is gone', async () => {
    await using repository = await createWithWorkingFolder()
    const data = await repository.open()
    const choice = { paths: ['raw/set'], remote: undefined, env }
    await pushData(data, choice, quietWork())
    for (const gone of ['.dvc/cache', '.dvc/tmp', 'raw']) await rm(join(repository.root, gone), { recursive: true })
    await fetchData(data, choice, quietWork())
    await repository.checkout()
    assert.equal(await repository.read('raw/set/b'), 'two')
    assert.deepEqual(await states(repository), ['meta/set.dvc: raw/set clean'])
  })

  it('lies beside its data once that was moved, and needs no wdir any more', async () => {
    await using repository = await createWithWorkingFolder()
    const before = await repository.read('meta/set.dvc')
    await movePath(await repository.open(), 'raw/set', 'kept/data', quietWork(), env)
    const expected = before.replace('wdir: ../raw # where it is\n', '').replace('path: set', 'path: data')
    assert.equal(await repository.read('kept/data.dvc'), expected)
    assert.equal(existsSync(join(repository.root, 'meta/set.dvc')), false)
    assert.deepEqual(await states(repository), ['kept/data.dvc: kept/data clean'])
    assert.equal(await repository.read('kept/.gitignore'), '/data\n')
    assert.equal(existsSync(join(repository.root, 'raw/.gitignore')), false)
  })

  it('goes by remove, with the line in the .gitignore where its data is', async () => {
    await using repository = await createWithWorkingFolder()
    const options = { paths: ['meta/set.dvc'], isWithData: true, isForced: false }
    const removed = await removePaths(await repository.open(), options, quietWork(), env)
    assert.deepEqual(removed, [{ pointer: 'meta/set.dvc', paths: ['raw/set'] }])
    for (const path of ['meta/set.dvc', 'raw/set', 'raw/.gitignore'])
      assert.equal(existsSync(join(repository.root, path)), false)
  })

  it('does not stand for what lies beside it, and is not overwritten when that is added', async () => {
    await using repository = await createWithWorkingFolder()
    const before = await repository.read('meta/set.dvc')
    await repository.write({ 'meta/set': 'another' })
    await assert.rejects(repository.add('meta/set'), {
      code: 'INVALID_PARAMETER_VALUE',
      message: 'meta/set.dvc is there already, and stands for raw/set.',
    })
    assert.equal(await repository.read('meta/set.dvc'), before)
    await repository.commit()
    const options = { path: 'meta/set', source: { kind: 'revision', revision: 'HEAD' }, isForced: false } as const
    await assert.rejects(restorePath(await repository.open(), options, quietWork(), env), /stands for raw\/set/)
  })

  it('names the version of what lies below its own folder', async () => {
    await using repository = await createWithWorkingFolder()
    await repository.write({ 'top.dvc': (await repository.read('meta/set.dvc')).replace('../raw', './raw/') })
    const found = await findVersion(openWorkTreePointers(repository.root), 'raw/set/a')
    assert.deepEqual([found?.pointer, found?.path], ['top.dvc', 'raw/set'])
  })

  it('is merged with one of the same wdir alone, and updated by DVC where it is an import', async () => {
    await using repository = await createWithWorkingFolder()
    const ours = await repository.read('meta/set.dvc')
    const sides = { base: ours, ours, theirs: ours.replace('../raw', '../other') }
    const data = await repository.open()
    assert.throws(() => mergePointers(data, sides, 'meta/set.dvc'), /stands for something else on the other branch/)
    await repository.write({ 'meta/set.dvc': `${ours}deps:\n- path: source\n  md5: ${'a'.repeat(32)}\n` })
    await assert.rejects(updateImport(data, 'meta/set', { rev: undefined, env }, quietWork()), {
      code: 'INVALID_PARAMETER_VALUE',
      message: 'meta/set.dvc has a wdir, which only DVC updates.',
    })
  })

  it('is refused where it leads out of the repository or into what is not for data', async () => {
    await using repository = await createWithWorkingFolder()
    const outside = await mkdtemp(join(tmpdir(), 'runwright-outside-'))
    try {
      await mkdir(join(outside, 'set'))
      await writeFile(join(outside, 'set/precious'), 'x')
      await symlink(outside, join(repository.root, 'link'))
      const text = await repository.read('meta/set.dvc')
      for (const [wdir, reason] of [
        ['../..', /meta\/set\.dvc has the wdir "\.\.\/\.\.", which is outside of the repository/],
        ['a/../../../b', /outside of the repository/],
        [outside, /meta\/set\.dvc has a wdir that is no path from its folder/],
        ['C:/data', /no path from its folder/],
        ['[a]', /no path from its folder/],
        ['../.git', /goes into a folder \.git/],
        ['../.dvc/cache', /goes into a folder \.dvc/],
      ] as const) {
        await repository.write({ 'meta/set.dvc': text.replace('../raw', wdir) })
        const act = [repository.status(), repository.checkout({ isForced: true }), repository.commitData()]
        for (const each of await Promise.allSettled(act)) {
          assert.equal(each.status, 'rejected', wdir)
          assert.match(String(each.reason), reason)
        }
      }
      // Nothing is written behind a link either.
      await repository.write({ 'meta/set.dvc': text.replace('../raw', '../link') })
      await assert.rejects(repository.checkout({ isForced: true }), { code: 'RESOURCE_CONFLICT' })
      assert.equal(await readFile(join(outside, 'set/precious'), 'utf8'), 'x')
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})
