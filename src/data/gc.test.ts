import assert from 'node:assert/strict'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { collectGarbage, type GcOptions } from './gc.ts'
import { dataKey } from './object-key.ts'
import { openRemote } from './open-remote.ts'
import type { DataRemote } from './remote.ts'
import { gcOfAll } from './test-gc.ts'
import { md5Of, type TestHistory, createTestHistory, testWork } from './test-history.ts'
import { listNeededByCheckout, makeHistory } from './test-random-history.ts'
import { openDataRepository } from './repository.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'

const gc = ({ data }: Pick<TestHistory, 'data'>, options: Partial<GcOptions> = {}) =>
  collectGarbage(data, { ...gcOfAll, ...options }, testWork)

const isFile = (key: string) => key.startsWith('files/')

describe('gc of a cache', () => {
  it('keeps what any commit, stash, index or work tree of random histories needs, and nothing else', async () => {
    const numbers = fc.array(fc.nat(1000), { minLength: 10, maxLength: 40 })
    const property = fc.asyncProperty(numbers, async (numbers) => {
      await using repository = await createTestHistory()
      await makeHistory(repository, numbers)
      await repository.put('unneeded', 'nobody needs this')
      await rm(join(repository.root, 'unneeded.dvc'))
      const needed = await listNeededByCheckout(repository)
      const before = await repository.objects()
      const dry = await gc(repository, { isDryRun: true })
      assert.deepEqual(await repository.objects(), before)
      const { removedCount, removedBytes } = await gc(repository)
      assert.deepEqual([dry.removedCount, dry.removedBytes], [removedCount, removedBytes])
      const after = await repository.objects()
      assert.equal(after.length, before.length - removedCount)
      const missing = [...needed].filter((key) => !after.includes(key))
      assert.deepEqual(missing, [], `lost by ${JSON.stringify(numbers)}`)
      // ORIG_HEAD keeps a commit that is on no branch any more; without it nothing more than is needed stays.
      await repository.git('update-ref', '-d', 'ORIG_HEAD').catch(() => undefined)
      await gc(repository)
      assert.deepEqual((await repository.objects()).filter(isFile), [...needed].toSorted())
    })
    await fc.assert(property, { numRuns: isLong ? 60 : 5 })
  })

  it('keeps what came lately, and what runs and other repositories need', async () => {
    await using repository = await createTestHistory()
    await using other = await createTestHistory()
    await repository.put('a', 'a')
    const kept = await repository.put('b', { x: 'of a run' })
    await other.put('b', 'of another repository')
    await repository.put('b', 'of another repository')
    await repository.git('add', 'a.dvc')
    await rm(join(repository.root, 'b.dvc'))
    const { youngCount, removedCount } = await gc(repository, { before: Date.now() - 60_000 })
    assert.deepEqual([youngCount, removedCount], [4, 0])
    await gc(repository, {
      others: { commits: ['f'.repeat(40)], hashes: [kept], manifests: [] },
      repositories: [other.data],
    })
    assert.deepEqual(
      (await repository.objects()).filter(isFile),
      [md5Of('a'), kept, md5Of('of a run'), md5Of('of another repository')].map(dataKey).toSorted(),
    )
  })

  it('keeps what a commit of a run needs, on no branch', async () => {
    await using repository = await createTestHistory()
    await repository.put('a', 'first')
    await repository.commit()
    await repository.put('a', 'of a run')
    const commit = await repository.commit()
    await repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    await repository.git('update-ref', '-d', 'ORIG_HEAD')
    assert.equal((await gc(repository, { others: { commits: [commit], hashes: [], manifests: [] } })).removedCount, 0)
    assert.equal((await gc(repository)).removedCount, 1)
  })

  it('keeps what the other work trees of the repository need', async () => {
    await using repository = await createTestHistory()
    await repository.put('a', 'a')
    await repository.commit()
    const linked = `${repository.root}-linked`
    await repository.git('worktree', 'add', '--quiet', linked)
    try {
      await writeFile(join(linked, 'c.dvc'), await readFile(join(repository.root, 'a.dvc')))
      await repository.put('a', 'b')
      await repository.git('add', '--all')
      await repository.git('commit', '--quiet', '--amend', '--no-edit')
      await repository.git('-C', linked, 'checkout', '--quiet', '--detach', 'trunk')
      assert.equal((await gc(repository)).removedCount, 0)
      const fromLinked = await openDataRepository(linked)
      assert.equal((await gc({ data: { ...fromLinked, cacheFolder: repository.data.cacheFolder } })).removedCount, 0)
    } finally {
      await rm(linked, { recursive: true })
    }
  })

  it('keeps what the work tree has links to, and all that looks like a hash in files that cannot be read', async () => {
    await using repository = await createTestHistory()
    const hashes = [
      await repository.put('a', 'linked'),
      await repository.put('a', { b: 'conflict' }),
      md5Of('conflict'),
    ]
    const [linked = md5Of(''), folder = ''] = hashes
    await symlink(join(repository.data.cacheFolder, dataKey(linked)), join(repository.root, 'link'))
    await repository.write({ 'a.dvc': `<<<<<<< ours\n- md5: ${folder}\n=======\n`, 'dvc.lock': `x: ${md5Of('lock')}` })
    await mkdir(dirname(join(repository.data.cacheFolder, dataKey(md5Of('lock')))), { recursive: true })
    await writeFile(join(repository.data.cacheFolder, dataKey(md5Of('lock'))), 'lock')
    assert.equal((await gc(repository)).removedCount, 1, 'the manifest, that nothing names any more')
    assert.deepEqual(await repository.objects(), [...hashes, md5Of('lock')].map(dataKey).toSorted())
  })

  it('refuses while it cannot know what is needed: a list that is gone or damaged, history that is not here', async () => {
    await using repository = await createTestHistory()
    const folder = await repository.put('a', { b: '1' })
    await repository.put('gone', 'unneeded')
    await rm(join(repository.root, 'gone.dvc'))
    await repository.commit()
    const list = join(repository.data.cacheFolder, dataKey(folder))
    const before = await repository.objects()
    await writeFile(list, (await readFile(list, 'utf8')).replace('"b"', '"c"'))
    await assert.rejects(gc(repository), { code: 'INVALID_STATE', message: new RegExp(`${folder}.*not known`) })
    assert.deepEqual(await repository.objects(), before)
    const { removed } = await gc(repository, { isWithoutUnreadLists: true, isDryRun: true })
    assert.deepEqual(removed.filter(({ key }) => isFile(key)).length, 2)

    const blob = await repository.git('rev-parse', 'HEAD:a.dvc')
    await rm(join(repository.root, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    await repository.git('rm', '--quiet', '--cached', 'a.dvc')
    await assert.rejects(gc(repository), { code: 'INVALID_STATE' })
    assert.deepEqual(await repository.objects(), before)
  })

  it('leaves what is no object of ours', async () => {
    await using repository = await createTestHistory()
    const files = ['files/md5/ab/short', 'files/md5/notes.txt', 'runs/ab/x', 'files/other/ab/cd', 'ab/cdef']
    for (const kind of ['pack', 'index']) files.push(`runwright/${kind}/ab/${'c'.repeat(62)}`)
    files.push(`runwright/recipe/ab/${'c'.repeat(30)}`)
    for (const file of files) await repository.write({ [`.dvc/cache/${file}`]: 'x' })
    assert.equal((await gc(repository)).removedCount, 0)
    assert.equal((await repository.objects()).length, files.length)
  })
})

describe('gc of a remote', () => {
  it('keeps what any commit needs, reads lists from the remote, and leaves the cache alone', async () => {
    await using repository = await createTestHistory()
    const remoteFolder = join(repository.root, '.git', 'remote')
    const folder = await repository.put('a', { b: 'needed' })
    await repository.commit()
    await repository.put('x', { c: 'unneeded' })
    await rm(join(repository.root, 'x.dvc'))
    await cp(repository.data.cacheFolder, remoteFolder, { recursive: true })
    await rm(join(repository.data.cacheFolder, dataKey(folder)))
    const before = await repository.objects()
    await using remote = await openFolder(repository, 'remote')
    assert.equal((await gc(repository, { remote, isDryRun: true })).removedCount, 3)
    const { removed } = await gc(repository, { remote })
    assert.deepEqual(
      removed.map(({ key }) => key.endsWith('.dir')),
      [true, false, false],
    )
    assert.deepEqual(await repository.objects(), before)
    const left = (await readdir(remoteFolder, { recursive: true })).filter((name) => /[0-9a-f]{30}/.test(name))
    assert.deepEqual(left.filter(isFile).toSorted(), [folder, md5Of('needed')].map(dataKey).toSorted())
    // The cache lacks the list of what is needed: it is read from the remote, or nothing is deleted.
    await assert.rejects(gc(repository), { code: 'INVALID_STATE' })
    assert.equal((await gc(repository, { lists: remote, isDryRun: true })).removedCount, 3)
  })

  it('keeps what came there lately, and what it tells no age of unless that is wanted', async () => {
    await using repository = await createTestHistory()
    await using remote = await openFolder(repository, 'remote')
    await repository.put('a', 'unneeded')
    await rm(join(repository.root, 'a.dvc'))
    await cp(repository.data.cacheFolder, join(repository.root, '.git/remote'), { recursive: true })
    const listed = await Array.fromAsync(remote.list('files/md5/', testWork.signal))
    const cameAt = Math.max(...listed.map(({ changedAt = Number.NaN }) => changedAt))
    const young = await gc(repository, { remote, before: cameAt })
    assert.deepEqual([young.removedCount, young.youngCount, young.unknownAgeCount], [0, 1, 0])

    const silent: DataRemote = {
      ...remote,
      async *list(prefix, signal) {
        for await (const object of remote.list(prefix, signal)) yield { ...object, changedAt: undefined }
      },
    }
    const unknown = await gc(repository, { remote: silent })
    assert.deepEqual([unknown.removedCount, unknown.youngCount, unknown.unknownAgeCount], [0, 0, 1])
    assert.equal((await gc(repository, { remote: silent, isWithUnknownAge: true, isDryRun: true })).removedCount, 1)
    assert.equal((await gc(repository, { remote, before: cameAt + 1 })).removedCount, 1)
    assert.deepEqual(await Array.fromAsync(remote.list('files/md5/', testWork.signal)), [])
  })

  it('has removed all lists of folders before it begins with files', async () => {
    await using repository = await createTestHistory()
    await using remote = await openFolder(repository, 'remote')
    await repository.put('a', { b: 'unneeded' })
    await rm(join(repository.root, 'a.dvc'))
    await cp(repository.data.cacheFolder, join(repository.root, '.git/remote'), { recursive: true })
    const requests: (readonly string[])[] = []
    const watched: DataRemote = {
      ...remote,
      remove: async (keys, signal) => {
        requests.push(keys)
        await remote.remove(keys, signal)
      },
    }
    await gc(repository, { remote: watched })
    assert.deepEqual(
      requests.map((keys) => keys.map((key) => key.endsWith('.dir'))),
      [[true], [false, false]],
    )
  })
})

/** A remote in a folder of the repository's `.git`, whose disk goes with the repository. */
function openFolder({ root }: TestHistory, name: string): Promise<DataRemote> {
  return openRemote({ url: join(root, '.git', name), options: new Map(), folder: '/', env: process.env })
}
