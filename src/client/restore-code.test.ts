import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { parseRunId } from '../protocol/ids.ts'
import { createSnapshot } from '../git/snapshot.ts'
import { restoreCode } from './restore-code.ts'
import type { RunCode } from './run-code.ts'

const runId = parseRunId('a'.repeat(32)) ?? assert.fail()

const patch = `diff --git a/train.py b/train.py
--- a/train.py
+++ b/train.py
@@ -1 +1 @@
-one
+two
diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1 @@
+new
`

describe('the code of a run, restored', () => {
  let folder = ''
  let outside = ''
  let first = ''
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-repository-')))
    outside = await realpath(await mkdtemp(join(tmpdir(), 'runwright-worktrees-')))
    await git('init', '--quiet', '--initial-branch', 'trunk')
    await writeFile(join(folder, 'train.py'), 'one\n')
    await git('add', '.')
    await git('commit', '--quiet', '--message', 'First')
    first = await git('rev-parse', 'HEAD')
    await writeFile(join(folder, 'train.py'), 'later\n')
    await git('commit', '--quiet', '--all', '--message', 'Second')
    // The user's own state, which must stay as it is.
    await writeFile(join(folder, 'train.py'), 'in work\n')
    await writeFile(join(folder, 'staged.py'), 'staged\n')
    await git('add', 'staged.py')
  })
  after(() => Promise.all([folder, outside].map((path) => rm(path, { recursive: true, force: true }))))

  const git = async (...args: string[]) => {
    const options = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    return (await promisify(execFile)('git', [...options, ...args], { cwd: folder })).stdout.trim()
  }
  const codeOf = (changes: Partial<RunCode> = {}): RunCode => ({
    runId,
    runName: 'otter',
    commit: first,
    snapshot: undefined,
    patch: Buffer.from(patch),
    isPatchMissing: false,
    folder,
    source: 'train.py',
    ...changes,
  })
  const branch = (name: string, changes?: Partial<RunCode>) =>
    restoreCode(codeOf(changes), { kind: 'branch', name }, process.env)
  const worktree = (path: string, changes?: Partial<RunCode>) =>
    restoreCode(codeOf(changes), { kind: 'worktree', folder: path }, process.env)
  const state = async () => [
    await git('status', '--porcelain'),
    await git('rev-parse', 'HEAD'),
    await git('symbolic-ref', 'HEAD'),
    await git('branch', '--list'),
    await git('worktree', 'list'),
  ]

  it('is a branch with the uncommitted changes above the commit, and the working copy stays', async () => {
    const status = await git('status', '--porcelain')
    const { commit, isPatched } = await branch('runs/otter')
    assert.equal(isPatched, true)
    assert.equal(await git('rev-parse', 'runs/otter'), commit)
    assert.equal(await git('rev-parse', 'runs/otter^'), first)
    assert.equal(await git('show', 'runs/otter:train.py'), 'two')
    assert.equal(await git('show', 'runs/otter:new.py'), 'new')
    assert.match(
      await git('log', '-1', '--format=%B', 'runs/otter'),
      /^Uncommitted changes of run otter\n\nRun: a{32}$/,
    )
    assert.equal(await git('status', '--porcelain'), status)
    assert.equal(await git('symbolic-ref', '--short', 'HEAD'), 'trunk')
    assert.equal(await readFile(join(folder, 'train.py'), 'utf8'), 'in work\n')
  })

  it('is the commit itself where nothing was uncommitted', async () => {
    const { commit, isPatched } = await branch('clean', { patch: undefined })
    assert.deepEqual([commit, isPatched], [first, false])
    assert.equal(await git('rev-parse', 'clean'), first)
  })

  it('is a worktree in the state the run began in: changed and new files uncommitted', async () => {
    const target = join(outside, 'größe 1')
    const status = await git('status', '--porcelain')
    await worktree(target)
    const there = (...args: string[]) => git('-C', target, ...args)
    assert.equal(await there('rev-parse', 'HEAD'), first)
    assert.equal(await there('status', '--porcelain'), 'M train.py\n?? new.py')
    assert.equal(await readFile(join(target, 'new.py'), 'utf8'), 'new\n')
    assert.equal(await git('status', '--porcelain'), status)
  })

  describe('from a snapshot', () => {
    let snapshot = ''
    let head = ''
    const fromSnapshot = () => ({ commit: head, snapshot, patch: undefined })
    before(async () => {
      head = await git('rev-parse', 'HEAD')
      await writeFile(join(folder, 'data.bin'), Buffer.from([0, 255, 10]))
      await git('mv', 'staged.py', 'moved.py')
      snapshot = (await createSnapshot({ folder, env: process.env })).commit
      await rm(join(folder, 'data.bin'))
      await git('mv', 'moved.py', 'staged.py')
    })

    it('is a branch of the run above its commit', async () => {
      const before = await git('status', '--porcelain')
      const { commit, isPatched } = await branch('from-snapshot', fromSnapshot())
      assert.equal(isPatched, true)
      assert.equal(await git('rev-parse', 'from-snapshot^'), head)
      assert.equal(await git('rev-parse', `${commit}^{tree}`), await git('rev-parse', `${snapshot}^{tree}`))
      assert.match(await git('log', '-1', '--format=%B', commit), /^Uncommitted changes of run otter/)
      assert.equal(await git('status', '--porcelain'), before)
    })

    it('is a worktree with changed, new and missing files, uncommitted', async () => {
      await git('commit', '--quiet', '--allow-empty', '--message', 'Later')
      const target = join(outside, 'from-snapshot')
      const { commit, isPatched } = await worktree(target, fromSnapshot())
      assert.deepEqual([commit, isPatched], [head, true])
      assert.equal(await git('-C', target, 'status', '--porcelain'), 'M train.py\n?? data.bin\n?? moved.py')
      assert.deepEqual(await readFile(join(target, 'data.bin')), Buffer.from([0, 255, 10]))
      assert.equal(await readFile(join(target, 'train.py'), 'utf8'), 'in work\n')
      await git('worktree', 'remove', '--force', target)
    })

    it('is the commit where nothing was uncommitted, and a commit of its own before the first', async () => {
      const clean = await branch('clean-snapshot', { commit: head, snapshot: head, patch: undefined })
      assert.deepEqual([clean.commit, clean.isPatched], [head, false])
      const unborn = await branch('unborn', { commit: snapshot, snapshot, patch: undefined })
      assert.deepEqual([unborn.commit, unborn.isPatched], [snapshot, false])
    })

    it('falls back on the patch where it is not in the repository, and says what is missing without one', async () => {
      const lost = { snapshot: '1'.repeat(40) }
      const { isPatched } = await branch('patched', lost)
      assert.equal(isPatched, true)
      assert.equal(await git('show', 'patched:train.py'), 'two')
      await assert.rejects(branch('lost', { ...lost, patch: undefined }), {
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: /^The code 1111111111 of run “otter” is not in the repository/,
        hint: /git fetch CLONE refs\/runwright\/snapshots\/\*:/,
      })
    })
  })

  it('changes nothing where it cannot be restored, and says why', async () => {
    await mkdir(join(outside, 'full'))
    await writeFile(join(outside, 'full', 'mine.txt'), '')
    const before = await state()
    const missing = { code: 'RESOURCE_DOES_NOT_EXIST' }
    const gone = { commit: '0'.repeat(40) }
    const unfit = { patch: Buffer.from(patch.replace('-one', '-other')) }
    await assert.rejects(branch('b', gone), { ...missing, message: /Commit 0000000000 of run “otter” is not in/ })
    await assert.rejects(worktree(join(outside, 'w'), gone), missing)
    await assert.rejects(branch('b', unfit), { ...missing, message: /do not fit its commit/ })
    await assert.rejects(worktree(join(outside, 'w'), unfit), missing)
    await assert.rejects(branch('trunk'), { code: 'RESOURCE_ALREADY_EXISTS' })
    for (const name of ['a b', '-f', '@{-1}', 'x..y', '']) {
      await assert.rejects(branch(name), { code: 'INVALID_PARAMETER_VALUE' }, name)
    }
    await assert.rejects(worktree(join(outside, 'full')), { code: 'RESOURCE_ALREADY_EXISTS' })
    await assert.rejects(branch('trunk/below'), { code: 'INVALID_STATE', message: /^git branch failed: / })
    await assert.rejects(branch('b', { folder: outside }), missing)
    assert.deepEqual(await state(), before)
    assert.deepEqual((await readdir(outside)).toSorted(), ['full', 'größe 1'])
  })

  it('writes nothing outside the worktree, and runs no hook and no filter', async () => {
    const trap = join(outside, 'trap')
    const hook = join(folder, '.git/hooks/post-checkout')
    await writeFile(hook, `#!/bin/sh\ntouch ${trap}\n`)
    await chmod(hook, 0o755)
    await git('config', 'filter.evil.smudge', `touch ${trap}`)
    await writeFile(join(folder, '.git/info/attributes'), '* filter=evil\n')
    await worktree(join(outside, 'safe'))
    await branch('safe')
    const escaping = patch.replaceAll('new.py', '../escaped.py')
    await assert.rejects(worktree(join(outside, 'escape'), { patch: Buffer.from(escaping) }), /do not fit/)
    const names = await readdir(outside)
    assert.ok(!names.includes('trap') && !names.includes('escaped.py') && !names.includes('escape'), names.join())
  })
})
