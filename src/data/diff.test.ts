import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { diffData, type DiffOptions, type OutDiff } from './diff.ts'
import { movePath } from './move.ts'
import { removePaths } from './remove.ts'
import { createTestHistory, type TestHistory, testWork } from './test-history.ts'

const { env } = process

const diff = ({ data }: TestHistory, options: Partial<DiffOptions> = {}) =>
  diffData(
    data,
    { ...testWork, before: 'HEAD', after: undefined, path: undefined, isWithContent: false, ...options },
    env,
  )

/** What became of what, and of which files. */
function sumUp(outs: readonly OutDiff[]) {
  return outs.map(({ kind, path, from, diff }) => {
    const name = `${kind} ${from === undefined ? '' : `${from} → `}${path}`
    if (diff?.type !== 'folder') return [name]
    const { added, removed, renamed, changed } = diff
    const lists = Object.entries({ added, removed, renamed, changed })
    return [
      name,
      ...lists.flatMap(([kind, { files }]) => files.map((file) => `${kind} ${file.oldPath ?? ''}${file.path}`)),
    ]
  })
}

/** Each commit changes all. */
async function createVersions(): Promise<TestHistory> {
  const repository = await createTestHistory()
  const { data } = repository
  await repository.write({ 'd/a': 'one', 'd/b': 'b', 'd/old name': 'same', f: 'file', gone: 'gone', moved: 'moved' })
  await addPaths(data, ['d', 'f', 'gone', 'moved'], testWork, env)
  await repository.commit()
  await repository.write({ 'd/a': 'longer', 'd/new': 'new', 'd/new name': 'same', f: 'file 2', 'sub/new': 'x' })
  await Promise.all(['d/b', 'd/old name'].map((file) => rm(join(repository.root, file))))
  await addPaths(data, ['d', 'f', 'sub/new'], testWork, env)
  await removePaths(data, { paths: ['gone'], isWithData: true, isForced: false }, testWork, env)
  await movePath(data, 'moved', 'sub/moved', testWork, env)
  return repository
}

const all = [
  ['changed d', 'added new', 'removed b', 'renamed old namenew name', 'changed a'],
  ['changed f'],
  ['removed gone'],
  ['renamed moved → sub/moved'],
  ['added sub/new'],
]

describe('the difference between two states of data', () => {
  it('is told by what is under version control, and by files', async () => {
    await using repository = await createVersions()
    assert.deepEqual(sumUp(await diff(repository)), all)
    await repository.commit()
    assert.deepEqual(sumUp(await diff(repository)), [])
    const outs = await diff(repository, { before: 'HEAD~1', after: 'HEAD' })
    assert.deepEqual(sumUp(outs), all)
    assert.deepEqual(sumUp(await diff(repository, { before: 'HEAD~1', after: 'HEAD', path: 'sub' })), all.slice(3))
    const [d, f] = outs
    assert.deepEqual([d?.before?.fileCount, d?.after?.fileCount, f?.after?.sizeBytes], [3, 3, 6])
    const changed = d?.diff?.type === 'folder' ? d.diff.changed.files[0] : undefined
    assert.deepEqual([changed?.oldSizeBytes, changed?.newSizeBytes], [3, 6])
    await assert.rejects(diff(repository, { before: 'nowhere' }), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('has what is in the workspace and was not added yet', async () => {
    await using repository = await createVersions()
    await repository.commit()
    await repository.write({ 'd/unsaved': 'x', f: 'unsaved' })
    const outs = await diff(repository)
    assert.deepEqual(sumUp(outs), [['changed d', 'added unsaved'], ['changed f']])
    assert.deepEqual([outs[0]?.after?.fileCount, outs[1]?.after?.sizeBytes], [4, 7])
    await addPaths(repository.data, ['d', 'f'], testWork, env)
    assert.deepEqual(
      (await diff(repository)).map(({ after }) => after?.hash),
      outs.map(({ after }) => after?.hash),
    )
  })

  it('looks inside files where it is asked to', async () => {
    await using repository = await createTestHistory()
    await repository.write({ 'd/t.csv': 'id,x\n1,1\n2,2\n', 'u.csv': 'id,x\n1,1\n' })
    await addPaths(repository.data, ['d', 'u.csv'], testWork, env)
    await repository.commit()
    await repository.write({ 'd/t.csv': 'id,x\n1,1\n2,3\n3,4\n', 'u.csv': 'id,x\n1,2\n' })
    const outs = await diff(repository, { isWithContent: true, key: ['id'] })
    const text = JSON.stringify(outs)
    assert.match(text, /"kind":"table"/)
    const [folder, file] = outs.map((out) => out.diff)
    assert.equal(folder?.type === 'folder' ? folder.contents[0]?.path : undefined, 't.csv')
    assert.equal(file?.type === 'file' ? file.content?.kind : undefined, 'table')
    assert.doesNotMatch(JSON.stringify(await diff(repository)), /"kind":"table"/)
  })

  it('says what is not known where a list is not in the cache', async () => {
    await using repository = await createVersions()
    await repository.commit()
    const [list = ''] = (await repository.objects()).filter((key) => key.endsWith('.dir'))
    await rm(join(repository.data.cacheFolder, list))
    const [d] = await diff(repository, { before: 'HEAD~1', after: 'HEAD' })
    assert.deepEqual([d?.kind, d?.diff], ['changed', undefined])
    assert.match(d?.notes[0] ?? '', /not in the cache/)
  })
})
