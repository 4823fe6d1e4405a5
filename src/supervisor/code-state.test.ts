import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { readCodeState } from './code-state.ts'

let folder = ''
before(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runwright-code-')))
})
after(() => rm(folder, { recursive: true, force: true }))

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env: { ...process.env, ...identity } })
  return stdout.trim()
}

/** A repository with these files committed. */
async function createRepository(name: string, files: Record<string, string | Buffer>): Promise<string> {
  const root = path.join(folder, name)
  await mkdir(root)
  await git(root, 'init', '--quiet', '--initial-branch', 'trunk')
  for (const [file, content] of Object.entries(files)) await writeFile(path.join(root, file), content)
  await git(root, 'add', '--all')
  if (Object.keys(files).length > 0) await git(root, 'commit', '--quiet', '--message', 'Start')
  return root
}

describe('the state of the code', () => {
  it('leaves out what Runwright keeps beside the code, committed or not', async () => {
    const root = await createRepository('views', {})
    await mkdir(path.join(root, '.runwright/views'), { recursive: true })
    await writeFile(path.join(root, '.runwright/views/a.json'), '{}')
    await git(root, 'add', '--all')
    await git(root, 'commit', '--quiet', '--message', 'Start')
    await writeFile(path.join(root, '.runwright/views/a.json'), '{"changed":true}')
    await writeFile(path.join(root, '.runwright/views/b.json'), '{}')
    const state = await readCodeState(path.join(root, '.runwright'), process.env)
    assert.deepEqual([state?.dirty, state?.patch], [false, undefined])
  })

  it('is commit and branch in a clean repository, from any folder in it', async () => {
    const root = await createRepository('clean', { 'train.py': 'print(1)\n' })
    await mkdir(path.join(root, 'sub'))
    const state = await readCodeState(path.join(root, 'sub'), process.env)
    assert.deepEqual(state, {
      commit: await git(root, 'rev-parse', 'HEAD'),
      branch: 'trunk',
      remoteUrl: undefined,
      dirty: false,
      patch: undefined,
    })
  })

  it('is unknown outside of a repository', async () => {
    const outside = await mkdtemp(path.join(os.tmpdir(), 'runwright-none-'))
    try {
      assert.equal(await readCodeState(outside, process.env), undefined)
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  it('holds a patch that turns a fresh clone into the very same files', async () => {
    const root = await createRepository('dirty', {
      'train.py': 'a\nb\nc\n',
      'weights.bin': Buffer.from([0, 1, 2, 3]),
      'old.txt': 'x\n',
      'staged.txt': '1\n',
    })
    const write = (name: string, content: string | Buffer) => writeFile(path.join(root, name), content)
    await write('train.py', 'a\nB\nc')
    await write('weights.bin', Buffer.from([0, 9, 9, 9]))
    await rm(path.join(root, 'old.txt'))
    await write('staged.txt', '2\n')
    await git(root, 'add', 'staged.txt')
    await write('größe 尺寸.py', 'ä = 1\n')
    await write('with space.txt', 'no newline')
    await write('odd "name"\\.txt', 'quoted\n')
    await write('empty.txt', '')
    await write('latin.txt', Buffer.from([0xe4, 0x0a]))
    await write('run.sh', '#!/bin/sh\n')
    await chmod(path.join(root, 'run.sh'), 0o755)
    await symlink('train.py', path.join(root, 'link.py'))

    const state = await readCodeState(root, process.env)
    assert.ok(state?.patch)
    const clone = path.join(folder, 'clone')
    await git(folder, 'clone', '--quiet', root, clone)
    await writeFile(path.join(folder, 'uncommitted.patch'), state.patch)
    await git(clone, 'apply', '../uncommitted.patch')
    const same = ['train.py', 'weights.bin', 'staged.txt', 'größe 尺寸.py', 'with space.txt', 'odd "name"\\.txt']
    for (const name of [...same, 'empty.txt', 'latin.txt', 'run.sh']) {
      assert.deepEqual(await readFile(path.join(clone, name)), await readFile(path.join(root, name)), name)
    }
    await assert.rejects(stat(path.join(clone, 'old.txt')))
    assert.equal(await readlink(path.join(clone, 'link.py')), 'train.py')
    assert.equal((await stat(path.join(clone, 'run.sh'))).mode & 0o100, 0o100)
  })

  it('counts files left out of the patch as a difference', async () => {
    const root = await createRepository('data', { 'train.py': '' })
    await writeFile(path.join(root, 'model.bin'), Buffer.alloc(10))
    const state = await readCodeState(root, process.env)
    assert.deepEqual([state?.dirty, state?.patch], [true, undefined])
  })

  it('works before the first commit', async () => {
    const root = await createRepository('unborn', {})
    await writeFile(path.join(root, 'train.py'), 'x\n')
    const state = await readCodeState(root, process.env)
    assert.deepEqual([state?.commit, state?.branch, state?.dirty], [undefined, 'trunk', true])
    assert.match(state?.patch?.toString() ?? '', /^\+x$/m)
  })

  it('runs nothing that the repository names, and leaves its index as it is', async () => {
    const root = await createRepository('hostile', {
      'train.py': 'a\n',
      '.gitattributes': '*.py filter=evil diff=evil\n',
    })
    const trace = path.join(folder, 'was-run')
    const script = path.join(folder, 'evil.sh')
    await writeFile(script, `#!/bin/sh\ntouch '${trace}'\ncat\n`, { mode: 0o755 })
    const keys = ['core.fsmonitor', 'diff.external', 'diff.evil.command', 'diff.evil.textconv']
    for (const key of [...keys, 'filter.evil.clean', 'filter.evil.smudge', 'filter.evil.process']) {
      await git(root, 'config', key, script)
    }
    await git(root, 'config', 'filter.evil.required', 'true')
    await writeFile(path.join(root, 'train.py'), 'b\n')
    const index = await readFile(path.join(root, '.git', 'index'))

    const state = await readCodeState(root, process.env)
    assert.match(state?.patch?.toString() ?? '', /^\+b$/m)
    await assert.rejects(stat(trace), 'something of the repository was run')
    assert.deepEqual(await readFile(path.join(root, '.git', 'index')), index)
  })

  it('gives the address of origin without credentials', async () => {
    const root = await createRepository('remote', { 'a.txt': '' })
    await git(root, 'remote', 'add', 'backup', 'https://example.org/backup.git')
    await git(root, 'remote', 'add', 'origin', 'https://ada:secret@example.org/code.git?token=secret')
    assert.equal((await readCodeState(root, process.env))?.remoteUrl, 'https://example.org/code.git')
  })
})
