import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createSnapshot, type Snapshot, type SnapshotOptions } from './snapshot.ts'
import { deleteSnapshots, listSnapshots } from './snapshot-refs.ts'
import { createTestRepository, type TestRepository } from './test-repository.ts'

const take = (repository: TestRepository, options: Partial<SnapshotOptions> = {}) =>
  createSnapshot({ folder: repository.root, env: process.env, ...options })

/** Everything of a repository that a user would miss or find in his way. */
async function stateOf({ root, git }: TestRepository) {
  return {
    index: (await readFile(join(root, '.git/index')).catch(() => Buffer.alloc(0))).toString('base64'),
    gitFolder: (await readdir(join(root, '.git'))).toSorted(),
    logs: (await readdir(join(root, '.git/logs'), { recursive: true }).catch(() => [])).toSorted(),
    head: await readFile(join(root, '.git/HEAD'), 'utf8'),
    refs: await git('for-each-ref', 'refs/heads', 'refs/stash', 'refs/tags'),
    files: (await readdir(root, { recursive: true })).filter((name) => !name.startsWith('.git')).toSorted(),
  }
}

const filesOf = async ({ git }: TestRepository, commit: string) =>
  (await git('ls-tree', '-r', '-z', '--name-only', commit)).split('\0').filter((name) => name !== '')

describe('a snapshot', () => {
  it('holds what is committed, added, changed, new and gone, and leaves the repository as it is', async () => {
    await using repository = await createTestRepository()
    const { git, root, write } = repository
    await write({ 'kept.py': 'k', 'changed.py': '1', 'gone.py': 'g', 'staged.py': '1', '.gitignore': '*.tmp\n' })
    const head = await repository.commit()
    await write({ 'changed.py': '2', 'staged.py': '2', 'new/deep.py': 'n', 'x.tmp': 'ignored' })
    await git('add', 'staged.py')
    await write({ 'staged.py': '3', 'only-staged.py': 's' })
    await git('add', 'only-staged.py')
    await rm(join(root, 'gone.py'))
    await git('config', 'core.logAllRefUpdates', 'always')
    const before = await stateOf(repository)
    const snapshot = await take(repository)
    assert.deepEqual(await stateOf(repository), before)
    assert.equal(snapshot.head, head)
    assert.equal(snapshot.branch, 'trunk')
    assert.equal(snapshot.changedCount, 5)
    assert.equal(await git('rev-parse', `${snapshot.commit}^`), head)
    const expected = ['.gitignore', 'changed.py', 'kept.py', 'new/deep.py', 'only-staged.py', 'staged.py']
    assert.deepEqual(await filesOf(repository, snapshot.commit), expected)
    assert.equal(await git('show', `${snapshot.commit}:changed.py`), '2')
    assert.equal(await git('show', `${snapshot.commit}:staged.py`), '3')
    assert.deepEqual(await listSnapshots(root, process.env), [snapshot.commit])
  })

  it('is the same whether the one before is known or not, and both are kept', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'a.py': '1' })
    await repository.commit()
    const edits = [{}, {}, { 'a.py': '2' }, {}, { 'b.py': '1' }, { 'a.py': '1' }]
    let earlier: Snapshot | undefined
    const commits = new Set<string>()
    for (const files of edits) {
      await repository.write(files)
      earlier = await take(repository, { earlier })
      commits.add(earlier.commit)
      assert.deepEqual(earlier, await take(repository))
    }
    await rm(join(repository.root, 'b.py'))
    assert.equal((await take(repository, { earlier })).commit, await repository.git('rev-parse', 'HEAD'))
    assert.deepEqual((await listSnapshots(repository.root, process.env)).toSorted(), [...commits].toSorted())
    assert.equal(commits.size, 4)
  })

  it('is the same commit for the same files, whoever takes it and when', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'a.py': '1' })
    await repository.commit()
    await repository.write({ 'a.py': '2' })
    const first = await take(repository)
    await utimes(join(repository.root, 'a.py'), 1, 1)
    await repository.git('add', '--all')
    const others = { GIT_AUTHOR_NAME: 'Bob', GIT_COMMITTER_DATE: '2001-01-01T00:00:00Z' }
    const second = await take(repository, { env: { ...process.env, ...others } })
    assert.equal(second.commit, first.commit)
    await repository.write({ 'a.py': '3' })
    assert.notEqual((await take(repository)).commit, first.commit)
    assert.equal((await listSnapshots(repository.root, process.env)).length, 2)
  })

  it('is the commit itself where nothing differs', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'a.py': '1' })
    const head = await repository.commit()
    await utimes(join(repository.root, 'a.py'), 5, 5)
    assert.deepEqual(await take(repository), {
      commit: head,
      head,
      branch: 'trunk',
      changedCount: 0,
      root: repository.root,
      warnings: [],
    })
    assert.deepEqual(await listSnapshots(repository.root, process.env), [head])
  })

  it('works before the first commit, with and without files', async () => {
    await using repository = await createTestRepository()
    const empty = await take(repository)
    assert.deepEqual(await filesOf(repository, empty.commit), [])
    await repository.write({ 'a.py': '1' })
    const { commit, head, branch, changedCount } = await take(repository)
    assert.deepEqual([head, branch, changedCount], [undefined, 'trunk', 1])
    assert.deepEqual(await filesOf(repository, commit), ['a.py'])
    assert.equal(await repository.git('rev-list', '--count', commit), '1')
    assert.equal((await take(repository)).commit, commit)
  })

  it('works on a detached head, in a worktree and from a folder below', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'a.py': '1', 'b/c.py': '1' })
    await repository.commit()
    await repository.git('checkout', '--quiet', '--detach')
    await repository.write({ 'a.py': '2' })
    const detached = await take(repository, { folder: join(repository.root, 'b') })
    assert.equal(detached.branch, undefined)
    assert.equal(await repository.git('show', `${detached.commit}:a.py`), '2')
    await repository.git('worktree', 'add', '--quiet', '-b', 'other', 'tree', 'trunk')
    await repository.write({ 'tree/b/c.py': '3' })
    const other = await take(repository, { folder: join(repository.root, 'tree/b') })
    assert.deepEqual([other.branch, other.root, other.changedCount], ['other', join(repository.root, 'tree'), 1])
    assert.equal(await repository.git('show', `${other.commit}:b/c.py`), '3')
    assert.equal(await repository.git('show', `${other.commit}:a.py`), '1')
  })

  it('keeps links, executable bits and odd names', async () => {
    await using repository = await createTestRepository()
    const { root, write, git } = repository
    const names = ['line\nbreak.py', 'نموذج.py', 'odd "name"\\.py', ' lead', '-dash', 'tab\t.py', ':(top)x']
    await write({ 'run.sh': '#!/bin/sh\n', ...Object.fromEntries(names.map((name) => [name, name])) })
    await write({ 'old.sh': '#!/bin/sh\n', folder: 'a file' })
    await repository.commit()
    await chmod(join(root, 'run.sh'), 0o755)
    await rm(join(root, 'old.sh'))
    await rm(join(root, 'folder'))
    await symlink('run.sh', join(root, 'old.sh'))
    await write({ 'folder/now.py': 'x', ...Object.fromEntries(names.map((name) => [name, `2${name}`])) })
    await write({ 'new\nline.py': 'n' })
    await promisify(execFile)('sh', ['-c', String.raw`printf x > "$(printf 'latin\344.py')"`], { cwd: root })
    const { commit } = await take(repository)
    const modes = await git('ls-tree', commit, 'run.sh', 'old.sh')
    assert.match(modes, /^120000 .*old\.sh\n100755 .*run\.sh$/)
    for (const name of names) assert.equal(await git('cat-file', 'blob', `${commit}:${name}`), `2${name}`)
    assert.equal(await git('cat-file', 'blob', `${commit}:new\nline.py`), 'n')
    assert.equal(await git('cat-file', 'blob', `${commit}:folder/now.py`), 'x')
    assert.match(await git('ls-tree', commit), /latin\\344\.py/)
  })

  for (const [what, options, configure] of [
    ['a sparse checkout', [], ['sparse-checkout', 'set', '--cone', 'in']],
    ['a sparse index', [], ['sparse-checkout', 'set', '--cone', '--sparse-index', 'in']],
    ['a split index', [], ['update-index', '--split-index']],
    ['an index of version 4', [], ['update-index', '--index-version', '4']],
    ['an untracked cache', [], ['update-index', '--force-untracked-cache']],
    ['a repository of SHA-256', ['--object-format=sha256'], ['status']],
  ] as const) {
    it(`is whole in ${what}`, async () => {
      await using repository = await createTestRepository(...options)
      await repository.write({ 'in/a.py': '1', 'out/b.py': '1', 'c.py': '1' })
      await repository.commit()
      await repository.git(...configure)
      await repository.git('status')
      await repository.write({ 'in/a.py': '2', 'in/new.py': 'n' })
      const before = await stateOf(repository)
      const { commit, changedCount } = await take(repository)
      assert.deepEqual(await stateOf(repository), before)
      assert.equal(changedCount, 2)
      assert.deepEqual(await filesOf(repository, commit), ['c.py', 'in/a.py', 'in/new.py', 'out/b.py'])
      assert.equal(await repository.git('show', `${commit}:in/a.py`), '2')
      assert.equal(await repository.git('show', `${commit}:out/b.py`), '1')
    })
  }

  it('sees a file that changed in the moment the index was written, at the same size', async () => {
    await using repository = await createTestRepository()
    const file = join(repository.root, 'a.py')
    // What git calls racy: the file is no older than the index, so that its times prove nothing.
    await repository.git('config', 'core.trustctime', 'false')
    await repository.write({ 'a.py': '1' })
    await utimes(file, 1e9, 1e9)
    await repository.commit()
    await repository.write({ 'a.py': '2' })
    await utimes(file, 1e9, 1e9)
    await utimes(join(repository.root, '.git/index'), 1e9, 1e9)
    const { commit } = await take(repository)
    assert.equal(await repository.git('show', `${commit}:a.py`), '2')
  })

  it('takes the files of an unfinished merge as they lie', async () => {
    await using repository = await createTestRepository()
    const { git, write, commit } = repository
    await write({ 'a.py': '1\n', 'b.py': '1\n' })
    await commit()
    await git('checkout', '--quiet', '-b', 'side')
    await write({ 'a.py': 'side\n', 'b.py': 'side\n' })
    await commit()
    await git('checkout', '--quiet', 'trunk')
    await write({ 'a.py': 'trunk\n' })
    await git('rm', '--quiet', 'b.py')
    await commit()
    await git('merge', 'side').catch(() => undefined)
    await rm(join(repository.root, 'b.py'))
    const snapshot = await take(repository)
    assert.match(await git('show', `${snapshot.commit}:a.py`), /^<<<<<<< HEAD\ntrunk/)
    assert.deepEqual(await filesOf(repository, snapshot.commit), ['a.py'])
  })

  it('leaves out what Runwright keeps, and repositories inside, of which it warns', async () => {
    await using repository = await createTestRepository()
    const { git, write, root } = repository
    await write({ 'a.py': '1', '.runwright/views/a.json': '{}' })
    await repository.commit()
    await write({ '.runwright/views/a.json': '{"b":1}', '.runwright/jobs/x/claim': '', 'sub/.runwright/x': '' })
    await write({ 'nested/b.py': 'b', 'new.py': 'n' })
    await git('init', '--quiet', 'nested')
    const { commit, warnings, changedCount } = await take(repository)
    assert.deepEqual(await filesOf(repository, commit), ['.runwright/views/a.json', 'a.py', 'new.py'])
    assert.equal(await git('show', `${commit}:.runwright/views/a.json`), '{}')
    assert.equal(changedCount, 1)
    assert.deepEqual(warnings, ['nested/ is a repository of its own and no submodule: its files do not travel.'])
    assert.ok((await readdir(root)).includes('nested'))
  })

  it('refuses a file that is too large, and writes nothing', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'a.py': '1', 'grown.bin': '1' })
    await repository.commit()
    await repository.write({ 'huge.bin': '', 'small.py': 'unwritten' })
    await truncate(join(repository.root, 'huge.bin'), 2e9)
    const objects = async () => (await readdir(join(repository.root, '.git/objects'), { recursive: true })).toSorted()
    const before = [await stateOf(repository), await objects()]
    await assert.rejects(take(repository), {
      code: 'INVALID_STATE',
      message: 'huge.bin is a file that git does not know of 2.0 GB; code travels with files of up to 100 MB.',
      hint: /\.gitignore/,
    })
    await truncate(join(repository.root, 'huge.bin'), 0)
    await truncate(join(repository.root, 'grown.bin'), 3e6)
    await assert.rejects(take(repository, { maxFileBytes: 2e6 }), /grown\.bin is a changed file of 3 MB/)
    await assert.rejects(take(repository, { maxTotalBytes: 3e6 }), /3 new and changed files have 4 MB together/)
    const after = [await stateOf(repository), await objects()]
    assert.deepEqual(after, before)
    await take(repository)
  })

  it('puts pointers in place of files of Git LFS, and runs no filter', async () => {
    await using repository = await createTestRepository()
    const { git, root, write } = repository
    const pointerOf = (content: string) =>
      `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`
    await write({
      '.gitattributes': '*.bin filter=lfs\n*.py filter=evil\n',
      'kept.bin': pointerOf('kept'),
      'a.py': '1',
    })
    await repository.commit()
    const trap = join(root, '.git/trap')
    for (const key of ['lfs.clean', 'lfs.process', 'evil.clean'])
      await git('config', `filter.${key}`, `touch '${trap}'`)
    await git('config', 'filter.lfs.required', 'true')
    await git('config', 'core.fsmonitor', `touch '${trap}'; false`)
    await write({ 'kept.bin': 'kept', 'new.bin': 'new content', 'pointer.bin': pointerOf('far'), 'a.py': '2' })
    await chmod(join(root, 'new.bin'), 0o755)
    const { commit, warnings } = await take(repository, { maxFileBytes: 5 })
    assert.equal(`${await git('show', `${commit}:kept.bin`)}\n`, pointerOf('kept'))
    assert.equal(`${await git('show', `${commit}:new.bin`)}\n`, pointerOf('new content'))
    assert.equal(`${await git('show', `${commit}:pointer.bin`)}\n`, pointerOf('far'))
    assert.equal(await git('show', `${commit}:a.py`), '2')
    assert.match(await git('ls-tree', commit, 'new.bin'), /^100755 /)
    assert.match(warnings.join('\n'), /^kept\.bin travels as a pointer of Git LFS/)
    await assert.rejects(stat(trap))
  })

  it('names a submodule by its commit, refuses one with changes, and warns of new files there', async () => {
    await using library = await createTestRepository()
    await library.write({ 'lib.py': '1' })
    await library.commit()
    await using repository = await createTestRepository()
    const { git, write } = repository
    await git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'my lib')
    await repository.commit()
    await write({ 'my lib/lib.py': '2' })
    const refs = await git('for-each-ref')
    await assert.rejects(take(repository), {
      code: 'INVALID_STATE',
      message: 'The submodule my lib has changes that are not committed, and a snapshot can only name its commit.',
      hint: 'Commit them in my lib, or take them back.',
    })
    assert.equal(await git('for-each-ref'), refs)
    await git('-C', 'my lib', 'commit', '--quiet', '--all', '--message', 'More')
    await write({ 'my lib/new.py': 'n' })
    const { commit, changedCount, warnings } = await take(repository)
    const moved = await git('-C', 'my lib', 'rev-parse', 'HEAD')
    assert.match(await git('ls-tree', commit, 'my lib'), new RegExp(`^160000 commit ${moved}`))
    assert.equal(changedCount, 1)
    assert.deepEqual(warnings, ['New files in the submodule my lib do not travel: new.py.'])
  })

  it('says what is wrong with the folder', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'runwright-none-'))
    await using repository = await createTestRepository()
    const at = (folder: string, env: Record<string, string> = {}) =>
      createSnapshot({ folder, env: { ...process.env, ...env } })
    const refused = (message: RegExp) => ({ code: 'INVALID_STATE', message })
    try {
      await assert.rejects(at(outside), refused(/lies in no git repository/))
      await assert.rejects(at(join(outside, 'missing')), refused(/is not there/))
      await assert.rejects(at(outside, { PATH: outside }), refused(/git is not installed/))
      await repository.git('init', '--quiet', '--bare', join(outside, 'bare'))
      await assert.rejects(at(join(outside, 'bare')), refused(/is a bare repository/))
      await repository.write({ '.gitignore': 'project\n', 'project/a.py': '1' })
      await assert.rejects(at(join(repository.root, 'project')), refused(/is ignored by the repository/))
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})

describe('snapshots that nobody names', () => {
  it('are let go of, the others stay, and one that was let go of too early is kept again', async () => {
    await using repository = await createTestRepository()
    const { root, write } = repository
    const commits: string[] = []
    for (const content of ['1', '2', '3']) {
      await write({ 'a.py': content })
      commits.push((await take(repository)).commit)
    }
    const [first = '', second = '', third = ''] = commits
    const list = async () => (await listSnapshots(root, process.env)).toSorted()
    assert.equal(await deleteSnapshots(root, process.env, new Set([second, '0'.repeat(40), '--help'])), 2)
    assert.deepEqual(await list(), [second])
    assert.equal(await deleteSnapshots(root, process.env, new Set([second, third])), 0)
    assert.deepEqual(await list(), [second, third].toSorted())
    assert.equal(await deleteSnapshots(root, process.env, new Set()), 2)
    assert.deepEqual(await list(), [])
    assert.equal(await repository.git('cat-file', '-t', first), 'commit')
  })
})
