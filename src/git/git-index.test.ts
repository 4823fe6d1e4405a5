import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { isTrackedByGit, listsPath } from './git-index.ts'

/** A repository with these files added, by the real git. */
async function createRepository(files: readonly string[], ...options: string[]) {
  const path = await mkdtemp(join(tmpdir(), 'runwright-git-'))
  const git = (...args: string[]) => execFileSync('git', ['-C', path, ...args], { stdio: 'pipe' })
  git('init', '--quiet', ...options)
  for (const file of files) {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), 'x')
  }
  if (files.length > 0) git('add', '--force', '.')
  return { path, git, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const file = '.runwright/engine.json'
const around = ['.runwright/engine.jso', file, '.runwright/engine.json2', 'a/b', 'a/c']
const withoutIt = around.filter((path) => path !== file)

describe('the look into git’s index', () => {
  for (const [what, options, configure] of [
    ['of version 2', [], []],
    ['of version 4', [], ['update-index', '--index-version', '4']],
    ['of SHA-256', ['--object-format=sha256'], []],
    ['of SHA-256 and version 4', ['--object-format=sha256'], ['update-index', '--index-version', '4']],
    ['that is split', [], ['update-index', '--split-index']],
  ] as const) {
    it(`finds a tracked file in an index ${what}`, async () => {
      await using repository = await createRepository(around, ...options)
      if (configure.length > 0) repository.git(...configure)
      assert.equal(await isTrackedByGit(join(repository.path, file)), true)
    })

    it(`finds no other file in an index ${what}`, async () => {
      await using repository = await createRepository(withoutIt, ...options)
      if (configure.length > 0) repository.git(...configure)
      assert.equal(await isTrackedByGit(join(repository.path, file)), false)
    })
  }

  it('finds nothing outside of a repository, and in one where nothing was added', async () => {
    await using repository = await createRepository([])
    assert.equal(await isTrackedByGit(join(repository.path, file)), false)
    assert.equal(await isTrackedByGit(join(tmpdir(), file)), false)
  })

  it('follows the .git file of a worktree', async () => {
    await using repository = await createRepository(around)
    repository.git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'x')
    repository.git('worktree', 'add', '--quiet', 'tree')
    assert.equal(await isTrackedByGit(join(repository.path, 'tree', file)), true)
    assert.equal(await isTrackedByGit(join(repository.path, 'tree', '.runwright/other')), false)
  })

  it('takes an index that it cannot read for one that lists the file', () => {
    assert.equal(listsPath(Buffer.from('not an index'), file), true)
    assert.equal(listsPath(Buffer.from('DIRC\0\0\0\u0009\0\0\0\0'), file), true)
  })
})
