import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
let outside: string
before(async () => {
  workspace = await openCliWorkspace()
  outside = await mkdtemp(join(tmpdir(), 'runwright-hooks-'))
  await workspace.json('init')
})
after(async () => {
  await workspace[Symbol.asyncDispose]()
  await rm(outside, { recursive: true, force: true })
})

const read = (file: string) => readFile(join(workspace.folder, file), 'utf8')
const { git } = { git: (...args: string[]) => workspace.git(...args) }

/** Writes files of the folder `d`, puts them under version control, and commits. */
async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(workspace.folder, 'd'), { recursive: true })
  for (const [file, content] of Object.entries(files)) await workspace.write(`d/${file}`, content)
  await workspace.json('data', 'add', 'd')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', Object.values(files).join(' '))
}

async function writeHook(name: string, script: string): Promise<void> {
  const path = join(workspace.folder, '.git/hooks', name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

describe('hooks of git', { timeout: 300_000 }, () => {
  it('check data out with branches and merges, after the hook that was there', async () => {
    await writeHook('post-checkout', `echo "$@" >> '${outside}/seen'`)
    const { stdout } = await workspace.run('data', 'hooks', 'install', '--merge')
    assert.match(stdout, /^Installed post-checkout, after the hook that was there\.$/m)
    await commit({ a: 'one', b: 'one' })
    await git('checkout', '--quiet', '-b', 'side')
    await commit({ a: 'side' })
    await git('checkout', '--quiet', 'trunk')
    assert.equal(await read('d/a'), 'one')
    assert.match(await readFile(join(outside, 'seen'), 'utf8'), /^[0-9a-f]{40} [0-9a-f]{40} 1$/m)
    await commit({ b: 'trunk' })
    await git('merge', '--quiet', '--no-edit', 'side')
    assert.deepEqual([await read('d/a'), await read('d/b')], ['side', 'trunk'])
    assert.equal(await git('status', '--porcelain'), '')
    assert.match((await workspace.run('data', 'status')).stdout, /what its \.dvc files say/)
  })

  it('leave a file in conflict to a person, and finish by what is decided', async () => {
    await git('checkout', '--quiet', '-b', 'other')
    await commit({ a: 'other', 'new.csv': 'other' })
    await git('checkout', '--quiet', 'trunk')
    await commit({ a: 'mine', 'new.csv': 'mine', c: 'mine' })
    await assert.rejects(git('merge', 'other'), /2 in conflict in d\.dvc/)
    assert.equal(await git('status', '--porcelain', 'd.dvc'), 'UU d.dvc')
    const open = await workspace.run('data', 'resolve', 'd')
    assert.deepEqual([open.exitCode, /a: changed in both/.test(open.stdout)], [1, true])
    await workspace.run('data', 'resolve', 'd', 'a', '--theirs')
    assert.equal((await workspace.run('data', 'resolve', 'd', 'new.csv', '--both')).exitCode, 0)
    await git('add', 'd.dvc')
    await git('commit', '--quiet', '--no-edit')
    await workspace.json('data', 'checkout')
    const files = ['a', 'b', 'c', 'new.csv', 'new.theirs.csv']
    assert.deepEqual(await Promise.all(files.map((file) => read(`d/${file}`))), [
      'other',
      'trunk',
      'mine',
      'mine',
      'other',
    ])
  })

  it('push the data of the commits that are pushed, and no commit without it', async () => {
    await git('init', '--quiet', '--bare', join(outside, 'git'))
    await git('remote', 'add', 'origin', join(outside, 'git'))
    await git('push', '--quiet', 'origin', 'trunk')
    await workspace.write('.dvc/config', `[core]\n    remote = r\n['remote "r"']\n    url = ${join(outside, 'data')}\n`)
    await git('commit', '--quiet', '--all', '--message', 'Remote')
    await git('push', '--quiet', 'origin', 'other:renamed')
    const [list] = (await git('show', 'other:d.dvc')).match(/[0-9a-f]{32}\.dir/) ?? []
    assert.ok(existsSync(join(outside, 'data/files/md5', list?.slice(0, 2) ?? '', list?.slice(2) ?? '')))

    await commit({ a: 'lost' })
    await rm(join(workspace.folder, '.dvc/cache'), { recursive: true })
    await assert.rejects(git('push', '--quiet', 'origin', 'trunk'))
    assert.notEqual(await git('ls-remote', 'origin', 'trunk'), `${await git('rev-parse', 'trunk')}\trefs/heads/trunk`)
  })

  it('leave data alone that the cache does not have, and say so', async () => {
    await git('checkout', '--quiet', '--force', 'side')
    assert.equal(await read('d/a'), 'lost')
    await git('checkout', '--quiet', '--force', 'trunk')
  })

  it('go away with all that was installed, and put those of the user back', async () => {
    await workspace.json('data', 'hooks', 'install')
    const { removed } = await workspace.json('data', 'hooks', 'remove')
    assert.deepEqual(removed, ['post-checkout', 'post-merge', 'pre-push'])
    assert.match(await read('.git/hooks/post-checkout'), /seen/)
    assert.ok(!existsSync(join(workspace.folder, '.git/hooks/pre-push')))
    assert.equal(await read('.git/info/attributes'), '')
    await assert.rejects(git('config', '--get-regexp', '^merge'))
  })

  it('let the refusal of a hook that was there be one, and give it what git says', async () => {
    await writeHook('pre-push', `cat > '${outside}/refs'; exit 1`)
    await workspace.json('data', 'hooks', 'install')
    await assert.rejects(git('push', '--quiet', 'origin', 'side'))
    assert.match(await readFile(join(outside, 'refs'), 'utf8'), /^refs\/heads\/side [0-9a-f]{40} refs\/heads\/side /)
    await workspace.json('data', 'hooks', 'remove')
  })

  it('are not installed where another program keeps them', async () => {
    await git('config', 'core.hooksPath', '.husky')
    const { exitCode, stderr } = await workspace.run('data', 'hooks', 'install')
    assert.equal(exitCode, 1)
    assert.match(stderr, /Another program keeps the hooks[^]*runwright data git-hook post-checkout/)
    await git('config', '--unset', 'core.hooksPath')
  })
})
