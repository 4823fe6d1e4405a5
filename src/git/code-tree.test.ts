import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type CodeTree, listChangedFiles, openCodeTree, readCodeFile } from './code-tree.ts'

describe('the code of two runs', () => {
  let folder = ''
  let scratch = ''
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-repository-')))
    scratch = await mkdtemp(join(tmpdir(), 'runwright-scratch-'))
  })
  after(() => Promise.all([folder, scratch].map((path) => rm(path, { recursive: true, force: true }))))

  const git = async (...args: string[]) => {
    const options = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    return (await promisify(execFile)('git', [...options, ...args], { cwd: folder })).stdout
  }
  const write = (file: string, content: string) => writeFile(join(folder, file), content)
  async function commit(): Promise<string> {
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'Change')
    return (await git('rev-parse', 'HEAD')).trim()
  }
  const open = (commit: string, patch?: string) =>
    openCodeTree(
      { folder, commit, patch: patch === undefined ? undefined : Buffer.from(patch), runName: 'otter' },
      scratch,
      process.env,
    )

  const read = async (tree: CodeTree, path: string) => (await readCodeFile(tree, path))?.toString()

  it('differs by what was committed and by what was not, and the repository stays as it is', async () => {
    await git('init', '--quiet')
    await write('train.py', 'one\n')
    await write('gone.py', 'old\n')
    const first = await commit()
    await write('train.py', 'two\n')
    await rm(join(folder, 'gone.py'))
    await write('größe 1.py', 'new\n')
    const second = await commit()
    await write('train.py', 'three\n')
    const patch = await git('diff')
    const objects = async () => (await readdir(join(folder, '.git/objects'), { recursive: true })).length
    const [before, status] = [await objects(), await git('status', '--porcelain')]

    const left = await open(first)
    const right = await open(second, patch)
    assert.deepEqual(await listChangedFiles(left, right), [
      { path: 'gone.py', isInLeft: true, isInRight: false },
      { path: 'größe 1.py', isInLeft: false, isInRight: true },
      { path: 'train.py', isInLeft: true, isInRight: true },
    ])
    assert.deepEqual(await Promise.all([read(left, 'train.py'), read(right, 'train.py')]), ['one\n', 'three\n'])
    assert.equal(await read(await open(second), 'train.py'), 'two\n')
    assert.deepEqual([await objects(), await git('status', '--porcelain')], [before, status])
  })

  it('runs nothing that the repository names', async () => {
    await write('.gitattributes', '* filter=evil diff=evil\n')
    const tree = await commit()
    const trap = join(scratch, 'trap')
    for (const key of ['filter.evil.smudge', 'filter.evil.clean', 'diff.evil.textconv', 'diff.evil.command']) {
      await git('config', key, `touch ${trap}`)
    }
    await git('config', 'core.fsmonitor', `touch ${trap}; false`)
    await write('train.py', 'four\n')
    const patch = `diff --git a/train.py b/train.py\n--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-three\n+four\n`
    const opened = await open(tree, patch)
    await listChangedFiles(await open(tree), opened)
    assert.equal(await read(opened, 'train.py'), 'four\n')
    assert.ok(!(await readdir(scratch)).includes('trap'))
  })

  it('says what is missing', async () => {
    await assert.rejects(open('0'.repeat(40)), /Commit 0000000000 of run “otter” is not in the repository/)
    await assert.rejects(open('--help'), /is not in the repository/)
    const head = (await git('rev-parse', 'HEAD')).trim()
    await assert.rejects(open(head, 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'), /do not fit/)
  })
})
