import assert from 'node:assert/strict'
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { freezePath } from './freeze.ts'
import { movePath } from './move.ts'
import { removePaths, type RemoveOptions } from './remove.ts'
import { openDataRepository } from './repository.ts'
import { readStatus } from './status.ts'
import { createTestHistory, type TestHistory, testWork } from './test-history.ts'

const { env } = process
const read = ({ root }: TestHistory, file: string) => readFile(join(root, file), 'utf8')
const list = async ({ root }: TestHistory, folder = '.') =>
  (await readdir(join(root, folder))).filter((name) => name !== '.git').toSorted()

async function add(repository: TestHistory, files: Record<string, string>, ...paths: string[]): Promise<void> {
  await repository.write(files)
  await addPaths(repository.data, paths, testWork, env)
}

const states = async ({ data }: TestHistory) =>
  (await readStatus(data, undefined, testWork, env)).map(({ path, state }) => `${path} ${state}`)

describe('moving data', () => {
  const move = ({ data }: TestHistory, from: string, to: string) => movePath(data, from, to, testWork, env)

  it('moves the data, its .dvc file with all that is in it, and its line in .gitignore', async () => {
    await using repository = await createTestHistory()
    await add(repository, { 'd/größe 1': 'x', 'e.csv': 'y' }, 'd', 'e.csv')
    await writeFile(join(repository.root, 'd.dvc'), `# mine\n${await read(repository, 'd.dvc')}desc: 'a: b'\n`)
    const before = await read(repository, 'd.dvc')
    await move(repository, 'd', 'sub/[1] * é')
    assert.equal(await read(repository, 'sub/[1] * é.dvc'), before.replace('path: d\n', "path: '[1] * é'\n"))
    assert.deepEqual(await list(repository), ['.dvc', '.dvcignore', '.gitignore', 'e.csv', 'e.csv.dvc', 'sub'])
    assert.equal(await read(repository, '.gitignore'), '/e.csv\n')
    assert.deepEqual(await states(repository), ['e.csv clean', 'sub/[1] * é clean'])
    assert.equal(await repository.git('status', '--porcelain', '-z', '--untracked-files=all', 'sub/[[]1] * é/'), '')

    await move(repository, 'e.csv.dvc', 'sub')
    assert.deepEqual(await states(repository), ['sub/[1] * é clean', 'sub/e.csv clean'])
    assert.deepEqual(await list(repository), ['.dvc', '.dvcignore', 'sub'])
  })

  it('goes on after it was killed in between', async () => {
    await using repository = await createTestHistory()
    await add(repository, { d: 'x' }, 'd')
    const pointer = await read(repository, 'd.dvc')
    const moved = pointer.replace('path: d\n', 'path: e\n')
    await writeFile(join(repository.root, 'e.dvc'), moved)
    await move(repository, 'd', 'e')
    assert.deepEqual([await states(repository), await read(repository, '.gitignore')], [['e clean'], '/e\n'])
    await writeFile(join(repository.root, 'd.dvc'), pointer)
    assert.equal((await move(repository, 'd', 'e')).hadData, false)
    assert.deepEqual(await states(repository), ['e clean'])
  })

  it('refuses, and changes nothing, where something is in the way or the place is none for data', async () => {
    await using repository = await createTestHistory()
    await add(repository, { d: 'x', 'in/x': '1', 'other/file': 'y' }, 'd', 'in')
    await symlink(tmpdir(), join(repository.root, 'link'))
    await writeFile(join(repository.root, 'taken.dvc'), 'outs: []\n')
    const before = await list(repository)
    for (const [from, to, code] of [
      ['d', 'other/file', 'RESOURCE_ALREADY_EXISTS'],
      ['d', 'link/d', 'INVALID_PARAMETER_VALUE'],
      ['d', 'in/d', 'INVALID_PARAMETER_VALUE'],
      ['in', 'in/y', 'INVALID_PARAMETER_VALUE'],
      ['nothing', 'x', 'RESOURCE_DOES_NOT_EXIST'],
    ] as const) {
      await rm(join(repository.root, 'taken.dvc'), { force: true })
      await assert.rejects(move(repository, from, to), { code }, `${from} to ${to}`)
    }
    await writeFile(
      join(repository.root, 'taken.dvc'),
      (await read(repository, 'd.dvc')).replace('path: d', 'path: taken\n  desc: x'),
    )
    await assert.rejects(move(repository, 'd', 'taken'), { code: 'RESOURCE_ALREADY_EXISTS' })
    assert.deepEqual(await list(repository), before)
  })
})

describe('removing data', () => {
  const remove = ({ data }: TestHistory, options: Partial<RemoveOptions> & Pick<RemoveOptions, 'paths'>) =>
    removePaths(data, { isWithData: false, isForced: false, ...options }, testWork, env)

  it('leaves the files of the user, as files of their own also where they were links', async () => {
    for (const type of ['copy', 'hardlink', 'symlink']) {
      await using repository = await createTestHistory()
      await repository.write({ '.dvc/config': `[cache]\n    type = ${type}\n` })
      const linked = { ...repository, data: await openDataRepository(repository.root) }
      await add(linked, { 'd/a': 'one', 'd/b/c': 'two', e: 'three' }, 'd', 'e')
      await remove(linked, { paths: ['d', 'e.dvc'] })
      assert.deepEqual(await list(linked), ['.dvc', '.dvcignore', 'd', 'e'])
      await rm(repository.data.cacheFolder, { recursive: true })
      assert.deepEqual(await Promise.all(['d/a', 'd/b/c', 'e'].map((file) => read(linked, file))), [
        'one',
        'two',
        'three',
      ])
      for (const file of ['d/a', 'd/b/c', 'e']) {
        const { nlink, mode } = await lstat(join(repository.root, file))
        assert.deepEqual([nlink, mode & 0o200], [1, 0o200], `${type} ${file}`)
      }
    }
  })

  it('deletes data only when asked, and only what is in the cache', async () => {
    await using repository = await createTestHistory()
    await add(repository, { 'd/a': 'one', e: 'two', f: 'three' }, 'd', 'e', 'f')
    await repository.write({ 'd/new': 'nowhere else' })
    const before = await list(repository)
    await assert.rejects(remove(repository, { paths: ['e', 'd'], isWithData: true }), {
      code: 'RESOURCE_CONFLICT',
      message: /^d /,
    })
    assert.deepEqual(await list(repository), before)
    await remove(repository, { paths: ['e'], isWithData: true })
    await remove(repository, { paths: ['d'], isWithData: true, isForced: true })
    assert.deepEqual(await list(repository), ['.dvc', '.dvcignore', '.gitignore', 'f', 'f.dvc'])
    await assert.rejects(remove(repository, { paths: ['e'] }), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('never goes where a .dvc file of a foreign repository points outside', async () => {
    await using repository = await createTestHistory()
    const outside = await mkdtemp(join(tmpdir(), 'runwright-outside-'))
    try {
      await mkdir(join(outside, 'd'))
      await writeFile(join(outside, 'd', 'precious'), 'x')
      await symlink(outside, join(repository.root, 'link'))
      const pointer = (path: string) => `outs:\n- md5: ${'a'.repeat(32)}\n  size: 1\n  hash: md5\n  path: ${path}\n`
      await repository.write({ 'link.dvc': pointer('link/d') })
      for (const isForced of [true, false]) {
        await assert.rejects(remove(repository, { paths: ['link/d'], isWithData: true, isForced }), {
          code: 'RESOURCE_CONFLICT',
        })
      }
      await assert.rejects(movePath(repository.data, 'link/d', 'e', testWork, env))
      await repository.write({ 'up.dvc': pointer('../x') })
      await assert.rejects(remove(repository, { paths: ['up.dvc'], isWithData: true, isForced: true }), {
        code: 'INVALID_PARAMETER_VALUE',
        message: /does not stay inside/,
      })
      assert.deepEqual(await readdir(join(outside, 'd')), ['precious'])
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})

describe('a locked version', () => {
  it('is a line at the end of the .dvc file, which unlocking takes away', async () => {
    await using repository = await createTestHistory()
    await add(repository, { d: 'x' }, 'd')
    const pointer = await read(repository, 'd.dvc')
    const freeze = (isFrozen: boolean) => freezePath(repository.data, 'd', isFrozen, testWork, env)
    assert.deepEqual(await freeze(true), { pointer: 'd.dvc', isChanged: true })
    assert.equal(await read(repository, 'd.dvc'), `${pointer}frozen: true\n`)
    assert.equal((await freeze(true)).isChanged, false)
    await freeze(false)
    assert.equal(await read(repository, 'd.dvc'), pointer)
  })

  it('is found wherever a person has put the line', async () => {
    await using repository = await createTestHistory()
    await add(repository, { d: 'x' }, 'd')
    const pointer = await read(repository, 'd.dvc')
    await writeFile(join(repository.root, 'd.dvc'), `frozen: true # by hand\n${pointer}`)
    await freezePath(repository.data, 'd', false, testWork, env)
    assert.equal(await read(repository, 'd.dvc'), pointer)
  })
})
