import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { freezePath } from './freeze.ts'
import { movePath } from './move.ts'
import { removePaths } from './remove.ts'
import { openDataRepository } from './repository.ts'
import { restorePath, type RestoreOptions } from './restore.ts'
import { rollBackPath } from './rollback.ts'
import { createTestHistory, type TestHistory, testWork } from './test-history.ts'

const { env } = process
const read = ({ root }: TestHistory, file: string) => readFile(join(root, file), 'utf8')

/** Data `d` in two versions, each in a commit; the second is checked out. */
async function createVersions(): Promise<TestHistory & { readonly first: string }> {
  const repository = await createTestHistory()
  await repository.write({ 'd/a': 'one', 'd/b': 'b' })
  await addPaths(repository.data, ['d'], testWork, env)
  const first = await repository.commit()
  await repository.write({ 'd/a': 'two' })
  await addPaths(repository.data, ['d'], testWork, env)
  await repository.commit()
  return { ...repository, first }
}

const restore = (
  { data }: TestHistory,
  revision: string,
  { path = 'd', isForced = false }: Partial<RestoreOptions> = {},
) => restorePath(data, { path, source: { kind: 'revision', revision }, isForced }, testWork, env)

describe('an earlier version of data', () => {
  it('becomes current in the work tree, and the index stays', async () => {
    await using repository = await createVersions()
    const { isChanged, checkedOut, commit } = await restore(repository, 'HEAD~1')
    assert.deepEqual([isChanged, commit, checkedOut?.changed], [true, repository.first, 1])
    assert.equal(await read(repository, 'd/a'), 'one')
    assert.equal(await repository.git('diff', '--name-only', repository.first, '--', 'd.dvc'), '')
    assert.equal(await repository.git('diff', '--cached', '--name-only'), '')
    await repository.git('checkout', '--quiet', 'd.dvc')
    assert.equal((await restore(repository, 'trunk')).isChanged, false)
    assert.equal(await read(repository, 'd/a'), 'two')
  })

  it('is found under the name it had, and after it was removed', async () => {
    await using repository = await createVersions()
    await movePath(repository.data, 'd', 'sub/e', testWork, env)
    await repository.commit()
    assert.equal((await restore(repository, repository.first, { path: 'sub/e' })).formerPath, 'd')
    assert.equal(await read(repository, 'sub/e/a'), 'one')
    await repository.commit()
    await removePaths(repository.data, { paths: ['sub/e'], isWithData: true, isForced: false }, testWork, env)
    await repository.commit()
    await restore(repository, 'HEAD~1', { path: 'sub/e' })
    assert.equal(await read(repository, 'sub/e/a'), 'one')
    assert.equal(await repository.git('status', '--porcelain', 'sub'), '?? sub/')
    assert.equal(await repository.git('status', '--porcelain', '--untracked-files=all', 'sub/e'), '')
    await assert.rejects(restore(repository, 'HEAD~1', { path: 'x' }), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('is refused, with nothing changed, where something would be lost or cannot be had', async () => {
    await using repository = await createVersions()
    const pointer = await read(repository, 'd.dvc')
    const isSame = async () => assert.equal(await read(repository, 'd.dvc'), pointer)
    await repository.write({ 'd/a': 'unsaved' })
    await assert.rejects(restore(repository, 'HEAD~1'), { code: 'RESOURCE_CONFLICT' })
    await isSame()
    assert.equal(await read(repository, 'd/a'), 'unsaved')
    await repository.write({ 'd/a': 'two' })

    await freezePath(repository.data, 'd', true, testWork, env)
    await assert.rejects(restore(repository, 'HEAD~1'), { code: 'INVALID_STATE', message: /locked/ })
    await freezePath(repository.data, 'd', false, testWork, env)
    await isSame()

    await writeFile(join(repository.root, 'd.dvc'), `${pointer}desc: mine\n`)
    await assert.rejects(restore(repository, 'HEAD~1'), { code: 'RESOURCE_CONFLICT', message: /in no commit/ })
    await writeFile(join(repository.root, 'd.dvc'), pointer)

    for (const key of await repository.objects()) {
      const file = join(repository.data.cacheFolder, key)
      if ((await readFile(file, 'utf8')) === 'one') await rm(file)
    }
    await assert.rejects(restore(repository, 'HEAD~1'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await isSame()
    assert.equal(await read(repository, 'd/a'), 'two')
  })
})

describe('a roll-back', () => {
  const rollBack = ({ data }: TestHistory, revision: string) =>
    rollBackPath(data, { path: 'd', source: { kind: 'revision', revision }, isForced: false }, testWork, env)

  it('is one commit of one file, whatever else is in the index', async () => {
    await using repository = await createVersions()
    await repository.git('config', 'user.name', 'Ada')
    await repository.git('config', 'user.email', 'ada@example.org')
    await repository.write({ 'staged.txt': 'staged', 'other.txt': 'changed' })
    await repository.git('add', 'staged.txt')
    const before = await repository.git('status', '--porcelain')
    const head = await repository.git('rev-parse', 'HEAD')
    const { newCommit, hash, previousHash } = await rollBack(repository, 'HEAD~1')
    assert.equal(await repository.git('rev-parse', 'trunk'), newCommit)
    assert.equal(await repository.git('rev-parse', 'HEAD~1'), head)
    assert.equal(await repository.git('show', '--format=', '--name-only', 'HEAD'), 'd.dvc')
    assert.equal(await repository.git('status', '--porcelain'), before)
    assert.equal(await read(repository, 'd/a'), 'one')
    const message = await repository.git('log', '-1', '--format=%B')
    assert.equal(
      message,
      `Roll back d to ${repository.first.slice(0, 10)}\n\nData-Path: d\nData-From: ${previousHash ?? ''}\nData-To: ${hash ?? ''}\nRolled-Back-To: ${repository.first}`,
    )
    assert.equal((await rollBack(repository, repository.first)).newCommit, undefined)
  })

  it('is one of the work tree that it is asked for, where a repository has several', async () => {
    await using repository = await createVersions()
    await repository.git('config', 'user.name', 'Ada')
    await repository.git('config', 'user.email', 'ada@example.org')
    const linked = `${repository.root}-linked`
    await repository.write({ '.dvc/config': `[cache]\n    dir = ${repository.data.cacheFolder}\n` })
    await repository.commit()
    await repository.git('worktree', 'add', '--quiet', '-b', 'linked', linked)
    try {
      const trunk = await repository.git('rev-parse', 'trunk')
      const data = await openDataRepository(linked)
      const { newCommit } = await rollBack({ ...repository, data }, repository.first)
      assert.equal(await repository.git('rev-parse', 'linked'), newCommit)
      assert.equal(await repository.git('rev-parse', 'trunk'), trunk)
      assert.equal(await repository.git('-C', linked, 'status', '--porcelain'), '')
      assert.equal(await repository.git('status', '--porcelain'), '')
      assert.deepEqual([await readFile(join(linked, 'd/a'), 'utf8'), await read(repository, 'd/a')], ['one', 'two'])
    } finally {
      await rm(linked, { recursive: true, force: true })
    }
  })

  it('is refused while the .dvc file is in the index, and in the middle of a merge', async () => {
    await using repository = await createVersions()
    await writeFile(join(repository.root, 'd.dvc'), `${await read(repository, 'd.dvc')}desc: mine\n`)
    await repository.git('add', 'd.dvc')
    await assert.rejects(rollBack(repository, 'HEAD~1'), { code: 'RESOURCE_CONFLICT', message: /index/ })
    await repository.git('reset', '--quiet', '--hard')
    await repository.git('update-ref', 'MERGE_HEAD', 'HEAD')
    await assert.rejects(rollBack(repository, 'HEAD~1'), { code: 'INVALID_STATE', message: /MERGE_HEAD/ })
    assert.equal(await read(repository, 'd/a'), 'two')
  })
})
