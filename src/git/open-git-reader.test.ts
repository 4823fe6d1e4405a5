import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { GitReader } from './git-reader.ts'
import { hasGit, openGitReader } from './open-git-reader.ts'
import { createTestRepository, type TestRepository } from './test-repository.ts'

/** A PATH on which there is no git. */
const bare = { PATH: join(import.meta.dirname, 'no such folder') }

async function openBoth(folder: string): Promise<readonly GitReader[]> {
  const readers = await Promise.all([process.env, bare].map((env) => openGitReader(folder, env)))
  return readers.map((reader) => reader ?? assert.fail('no repository'))
}

describe('a repository read without git', () => {
  it('is read as git reads it, loose and packed', async () => {
    await using repository = await createTestRepository()
    const big = randomBytes(100_000)
    await repository.write({
      'a.dvc': 'one\n',
      'بيانات/b "c" d.dvc': 'two\r\n',
      'sub/deep/big.bin': big,
      'sub/x.dvc': '',
    })
    const first = await repository.commit()
    await repository.git('tag', '-a', 'v1', '-m', 'One')
    await repository.write({ 'a.dvc': 'changed\n' })
    const second = await repository.commit()
    await repository.git('branch', 'a/branch', first)
    for (const isPacked of [false, true]) {
      if (isPacked) await repository.git('gc', '--quiet')
      for (const reader of await openBoth(join(repository.root, 'sub'))) {
        assert.equal(reader.root, repository.root)
        const names = ['HEAD', '@', 'trunk', 'a/branch', 'v1', first, second.slice(0, 12), 'HEAD~1', 'trunk^', 'HEAD~0']
        const commits = await Promise.all(names.map((name) => reader.findCommit(name)))
        assert.deepEqual(commits, [second, second, second, first, first, first, second, first, first, second])
        for (const name of ['nothing', 'HEAD~7', '0'.repeat(40), ''])
          assert.equal(await reader.findCommit(name), undefined)
        assert.deepEqual((await reader.listFolder(first, '')).toSorted(), ['a.dvc', 'sub', 'بيانات'])
        assert.deepEqual(await reader.listFolder(first, 'sub/deep'), ['big.bin'])
        assert.deepEqual(await reader.listFolder(first, 'nothing'), [])
        assert.equal((await reader.readBlob(first, 'a.dvc'))?.toString(), 'one\n')
        assert.equal((await reader.readBlob(second, 'a.dvc'))?.toString(), 'changed\n')
        assert.equal((await reader.readBlob(first, 'بيانات/b "c" d.dvc'))?.toString(), 'two\r\n')
        assert.deepEqual(await reader.readBlob(first, 'sub/deep/big.bin'), big)
        assert.equal((await reader.readBlob(first, 'sub/x.dvc'))?.length, 0)
        assert.equal(await reader.readBlob(first, 'sub'), undefined)
        assert.equal(await reader.readBlob(first, 'sub/none'), undefined)
      }
    }
  })

  it('ignores what git ignores', async () => {
    await using repository = await createTestRepository()
    await repository.write({
      '.gitignore': '*.log\n/data/\n!keep.log\nbuild/*\n',
      'sub/.gitignore': '*.tmp\n',
      'tracked.log': 'x',
      'data/x': '',
      'keep.log': '',
      'build/y/z': '',
      'sub/a.tmp': '',
    })
    await repository.git('add', '--force', 'tracked.log', 'sub/.gitignore', '.gitignore')
    const paths = [
      'a.log',
      'deep/a.log',
      'tracked.log',
      'keep.log',
      'data',
      'data/x',
      'sub/data/x',
      'build/y',
      'sub/a.tmp',
      'a.tmp',
    ]
    const [byGit, without] = await Promise.all(
      (await openBoth(repository.root)).map((reader) => Promise.all(paths.map((path) => reader.isIgnored(path)))),
    )
    assert.deepEqual(without, byGit)
    assert.equal(byGit?.filter(Boolean).length, 6)
  })

  it('is none where git finds none, and that of a submodule where there is one', async () => {
    await using repository = await createTestRepository()
    await using inner = await createTestRepository()
    await inner.write({ 'a.dvc': 'inner' })
    const commit = await inner.commit()
    await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'inner')
    for (const reader of await openBoth(join(repository.root, 'inner'))) {
      assert.equal((await reader.readBlob(commit, 'a.dvc'))?.toString(), 'inner')
    }
    const elsewhere = await mkdtemp(join(tmpdir(), 'runwright-no-repository-'))
    for (const env of [process.env, bare]) assert.equal(await openGitReader(elsewhere, env), undefined)
    await rm(elsewhere, { recursive: true })
    assert.deepEqual([await hasGit(process.env), await hasGit(bare), await hasGit({})], [true, false, false])
  })
})

/** Repositories that the implementation in JavaScript reads wrongly, or not at all. */
const unreadable: Readonly<Record<string, (repository: TestRepository) => Promise<unknown>>> = {
  'an index of version 4': ({ git }) => git('update-index', '--index-version', '4'),
  'a split index': ({ git }) => git('update-index', '--split-index'),
  'a sparse checkout': ({ git }) => git('sparse-checkout', 'set', 'sub'),
  'the extension worktreeConfig': ({ git }) => git('config', 'extensions.worktreeConfig', 'true'),
  'replaces commits': ({ git }) => git('replace', 'HEAD~1', 'HEAD'),
  'borrows objects': ({ write }) => write({ '.git/objects/info/alternates': '/elsewhere\n' }),
}

describe('without git it is said, and nothing guessed, of', () => {
  for (const [what, change] of Object.entries(unreadable)) {
    it(what, async () => {
      await using repository = await createTestRepository()
      await repository.write({ 'a.dvc': 'x', 'sub/b': '' })
      await repository.commit()
      await repository.write({ 'a.dvc': 'y' })
      await repository.commit()
      await change(repository)
      await assert.rejects(openGitReader(repository.root, bare), { code: 'NOT_IMPLEMENTED', hint: /Install git/ })
      assert.notEqual(await openGitReader(repository.root, process.env), undefined)
    })
  }

  it('objects named by SHA-256', async () => {
    await using repository = await createTestRepository('--object-format=sha256')
    await assert.rejects(openGitReader(repository.root, bare), { code: 'NOT_IMPLEMENTED', message: /SHA-256/ })
  })

  it('a linked worktree', async () => {
    await using repository = await createTestRepository()
    await repository.commit()
    await repository.git('worktree', 'add', '--quiet', 'linked')
    await assert.rejects(openGitReader(join(repository.root, 'linked'), bare), { message: /worktree linked/ })
  })

  it('a file that goes through a filter, and no other', async () => {
    await using repository = await createTestRepository()
    const attributes = '* text=auto eol=crlf\n*.bin filter=lfs\n'
    await repository.write({ '.gitattributes': attributes, 'sub/.gitattributes': 'large*.dvc filter=lfs -text\n' })
    await repository.write({ 'a.dvc': 'a\n', 'sub/a.dvc': 'b\n', 'sub/large-a.dvc': 'c\n' })
    await repository.git('config', 'filter.lfs.process', '')
    await repository.git('config', 'filter.lfs.required', 'false')
    const commit = await repository.commit()
    const reader = (await openGitReader(repository.root, bare)) ?? assert.fail('no repository')
    assert.equal((await reader.readBlob(commit, 'a.dvc'))?.toString(), 'a\n')
    assert.equal((await reader.readBlob(commit, 'sub/a.dvc'))?.toString(), 'b\n')
    await assert.rejects(reader.readBlob(commit, 'sub/large-a.dvc'), { code: 'NOT_IMPLEMENTED', message: /filter=lfs/ })
  })
})
