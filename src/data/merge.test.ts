import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { parseDirObject } from './dir-object.ts'
import type { Md5 } from './hash.ts'
import { decide, mergeLists } from './history/merge-lists.ts'
import { manifestKey, dataKey } from './object-key.ts'
import { extractConflict } from './extract-conflict.ts'
import { parseManifest } from './manifest.ts'
import { parsePointer } from './pointer.ts'
import { resolveMerge } from './resolve.ts'
import { readStatus } from './status.ts'
import { createTestHistory, md5Of, type TestHistory, testWork } from './test-history.ts'

const list = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, content]): [string, Md5] => [path, md5Of(content)]))

describe('the merge of two lists of files', () => {
  it('takes each file from the side that changed it, and says where both did', () => {
    const base = list({ same: '0', ours: '0', theirs: '0', both: '0', alike: '0', gone: '0', goneChanged: '0' })
    const ours = list({ same: '0', ours: '1', theirs: '0', both: '1', alike: '1', goneChanged: '1', new: '1' })
    const theirs = list({
      same: '0',
      ours: '0',
      theirs: '2',
      both: '2',
      alike: '1',
      gone: '0',
      new: '2',
      theirNew: '2',
    })
    const { files, conflicts } = mergeLists(base, ours, theirs)
    assert.deepEqual(
      files,
      list({ same: '0', ours: '1', theirs: '2', both: '1', alike: '1', goneChanged: '1', new: '1', theirNew: '2' }),
    )
    assert.deepEqual(
      conflicts.map(({ path }) => path),
      ['both', 'goneChanged', 'new'],
    )
  })

  it('never makes a file of a folder, nor a folder of a file', () => {
    const { files, conflicts } = mergeLists(list({}), list({ a: '1' }), list({ 'a/b': '2', c: '3' }))
    assert.deepEqual(files, list({ a: '1', c: '3' }))
    assert.deepEqual(conflicts, [{ path: 'a/b', base: undefined, ours: undefined, theirs: md5Of('2') }])
    const [clash = assert.fail()] = conflicts
    assert.equal(decide(files, clash, 'theirs'), undefined)
    assert.deepEqual(decide(files, clash, 'ours'), files)
  })

  it('gives the same files whichever side is called ours, but for what is in conflict', () => {
    const names = fc.constantFrom('a', 'b', 'c/d', 'c', 'e/f')
    const lists = fc.dictionary(names, fc.constantFrom('0', '1', '2')).map(list)
    const property = fc.property(lists, lists, lists, (base, ours, theirs) => {
      const [there, back] = [mergeLists(base, ours, theirs), mergeLists(base, theirs, ours)]
      const open = new Set([...there.conflicts, ...back.conflicts].map(({ path }) => path))
      const settled = (files: ReadonlyMap<string, Md5>) => [...files].filter(([path]) => !open.has(path)).toSorted()
      assert.deepEqual(settled(there.files), settled(back.files))
    })
    fc.assert(property)
  })
})

/** Two branches that changed the folder `d`, in the middle of their merge. */
async function createMerge(...[base, ours, theirs]: Record<string, string>[]): Promise<TestHistory> {
  const repository = await createTestHistory()
  await repository.put('d', base ?? {})
  await repository.commit()
  await repository.git('checkout', '--quiet', '-b', 'side')
  await repository.put('d', theirs ?? {})
  await repository.commit()
  await repository.git('checkout', '--quiet', 'trunk')
  await repository.put('d', ours ?? {})
  await repository.commit()
  await assert.rejects(repository.git('merge', '--quiet', 'side'))
  return repository
}

async function readMerged({ root, data }: TestHistory) {
  const [out = assert.fail()] = parsePointer(await readFile(join(root, 'd.dvc'), 'utf8'), 'd.dvc').outs
  const bytes = await readFile(join(data.cacheFolder, dataKey(out.hash ?? assert.fail())))
  const files = parseDirObject(bytes, 'd').map(({ relpath, md5 }): [string, Md5] => [relpath, md5])
  return { out, files: new Map(files) }
}

describe('a merge of two branches’ folders', () => {
  const resolve = ({ data }: TestHistory, files: string[] = [], side?: 'ours' | 'theirs' | 'both') =>
    resolveMerge(data, { env: process.env, path: 'd', files, side }, testWork)

  it('is done at once where files differ, with both hashes, sizes and counts', async () => {
    await using repository = await createMerge({ a: '1', b: '1' }, { a: '22', b: '1', c: '3' }, { a: '1', b: '4444' })
    const { isDone, conflicts } = await resolve(repository)
    assert.deepEqual([isDone, conflicts], [true, []])
    const { out, files } = await readMerged(repository)
    const content = { a: '22', b: '4444', c: '3' }
    assert.deepEqual(files, list(content))
    assert.deepEqual([out.sizeBytes, out.fileCount], [7, 3])
    const manifest = await readFile(join(repository.data.cacheFolder, manifestKey(out.sha256 ?? assert.fail())), 'utf8')
    assert.equal(parseManifest(manifest, '').entries.length, 3)
    await repository.put('expected', content)
    const expected = parsePointer(await readFile(join(repository.root, 'expected.dvc'), 'utf8'), '').outs[0]
    assert.deepEqual([out.hash, out.sha256], [expected?.hash, expected?.sha256])
    await assert.rejects(repository.git('diff', '--cached', '--quiet', '--diff-filter=U'), 'the index is the user’s')
  })

  it('asks for each file that both have changed, remembers what was said, and writes nothing until all is', async () => {
    await using repository = await createMerge(
      { a: '1', b: '1', 'c.csv': '1' },
      { a: '2', 'c.csv': '2' },
      {
        a: '3',
        b: '3',
        'c.csv': '3',
      },
    )
    const before = await readFile(join(repository.root, 'd.dvc'), 'utf8')
    const { conflicts } = await resolve(repository)
    assert.deepEqual(
      conflicts.map(({ path }) => path),
      ['a', 'b', 'c.csv'],
    )
    await assert.rejects(resolve(repository, ['x'], 'ours'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await resolve(repository, ['a'], 'theirs')
    await resolve(repository, ['c.csv'], 'both')
    assert.equal(await readFile(join(repository.root, 'd.dvc'), 'utf8'), before)
    assert.equal((await resolve(repository, ['b'], 'ours')).isDone, true)
    const { out, files } = await readMerged(repository)
    assert.deepEqual(files, list({ a: '3', 'c.csv': '2', 'c.theirs.csv': '3' }))
    assert.ok(out.sha256 !== undefined)
  })

  it('says when lists are not here, and when there is nothing to merge', async () => {
    await using repository = await createMerge({ a: '1' }, { a: '2' }, { a: '3' })
    const lists = (await repository.objects()).filter((key) => key.endsWith('.dir'))
    await writeFile(join(repository.data.cacheFolder, lists[0] ?? ''), 'damaged')
    await assert.rejects(resolve(repository), { code: 'STORAGE_DAMAGED' })
    await repository.git('merge', '--abort')
    await assert.rejects(resolve(repository), { code: 'RESOURCE_DOES_NOT_EXIST', message: /no two versions of d.dvc/ })
  })

  it('takes a file that somebody has made of both, with its SHA-256 and size in the manifest', async () => {
    await using repository = await createMerge(
      { 'a.csv': 'id\n' },
      { 'a.csv': 'id\n1\n', b: '1' },
      { 'a.csv': 'id\n2\n' },
    )
    const made = join(repository.root, 'made')
    await writeFile(made, 'id\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n')
    const take = (files: string[]) =>
      resolveMerge(repository.data, { env: process.env, path: 'd', files, side: undefined, made }, testWork)
    await assert.rejects(take(['a.csv']), { code: 'INVALID_PARAMETER_VALUE', message: /marks of a conflict/ })
    await writeFile(made, 'id\n1\n2\n')
    assert.deepEqual((await take([])).decided, [{ path: 'a.csv', side: 'file' }])
    const { out, files } = await readMerged(repository)
    const content = { 'a.csv': 'id\n1\n2\n', b: '1' }
    assert.deepEqual(files, list(content))
    assert.equal(
      await readFile(join(repository.data.cacheFolder, dataKey(md5Of('id\n1\n2\n'))), 'utf8'),
      content['a.csv'],
    )
    await repository.put('expected', content)
    const expected = parsePointer(await readFile(join(repository.root, 'expected.dvc'), 'utf8'), '').outs[0]
    assert.deepEqual([out.hash, out.sha256, out.sizeBytes], [expected?.hash, expected?.sha256, expected?.sizeBytes])
  })

  it('writes the versions of a text and its lines merged, and keeps what somebody has begun to edit', async () => {
    await using repository = await createMerge(
      { 'a.csv': '1\n2\n3\n4\n5\n', 'b.csv': '1\n' },
      { 'a.csv': 'one\n2\n3\n4\n5\n', 'b.csv': 'one\n', c: 'x\0y' },
      { 'a.csv': '1\n2\n3\n4\nfive\n', 'b.csv': 'uno\n', c: 'x\0z' },
    )
    const extract = (file: string) => extractConflict(repository.data, { env: process.env, path: 'd', file }, testWork)
    const clean = await extract('a.csv')
    assert.equal(await readFile(clean.merged ?? assert.fail(), 'utf8'), 'one\n2\n3\n4\nfive\n')
    assert.equal(clean.hasMarks, false)
    const marked = await extract('b.csv')
    const merged = marked.merged ?? assert.fail()
    assert.match(await readFile(merged, 'utf8'), /^<<<<<<< ours\none\n\|{7} base\n1\n=======\nuno\n>>>>>>> theirs\n$/)
    await writeFile(merged, 'edited')
    assert.equal((await extract('b.csv')).hasMarks, false)
    assert.equal(await readFile(merged, 'utf8'), 'edited')
    const { merged: none, base, ours = '', theirs = '' } = await extract('c')
    assert.deepEqual(
      [none, base, await readFile(ours, 'utf8'), await readFile(theirs, 'utf8')],
      [undefined, undefined, 'x\0y', 'x\0z'],
    )
    await assert.rejects(extract('d'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('is in conflict for the status until it is decided, and for git until that is staged', async () => {
    await using repository = await createMerge({ a: '1' }, { a: '2' }, { a: '3' })
    await repository.git('checkout', '--ours', 'd.dvc')
    const state = async () => (await readStatus(repository.data, undefined, testWork)).map((out) => out.state)
    assert.deepEqual(await state(), ['conflict'])
    await resolve(repository, ['a'], 'theirs')
    assert.deepEqual(await state(), ['missing'])
    assert.match(await repository.git('status', '--porcelain', 'd.dvc'), /^AA|^UU/)
    const stage = { env: process.env, path: 'd', files: [], side: undefined, isStaged: true }
    await resolveMerge(repository.data, stage, testWork)
    assert.match(await repository.git('status', '--porcelain', 'd.dvc'), /^M /)
  })

  it('takes a file whole', async () => {
    await using repository = await createTestHistory()
    await repository.put('d', 'base')
    await repository.commit()
    await repository.git('checkout', '--quiet', '-b', 'side')
    await repository.put('d', 'theirs')
    await repository.commit()
    await repository.git('checkout', '--quiet', 'trunk')
    await repository.put('d', 'ours')
    await repository.commit()
    await assert.rejects(repository.git('merge', '--quiet', 'side'))
    assert.equal((await resolve(repository)).conflicts.length, 1)
    assert.equal((await resolve(repository, [], 'both')).isDone, false)
    await resolve(repository, [], 'theirs')
    assert.equal(
      parsePointer(await readFile(join(repository.root, 'd.dvc'), 'utf8'), '').outs[0]?.hash,
      md5Of('theirs'),
    )
  })
})
