import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
})
after(() => workspace[Symbol.asyncDispose]())

describe('runwright data gc', { timeout: 120_000 }, () => {
  it('keeps what a run needs on no branch any more, and deletes nothing while runs cannot be asked', async () => {
    const { folder } = workspace
    await workspace.json('init')
    const store = (text: string) => {
      const md5 = execFileSync('md5sum', { input: text }).toString().slice(0, 32)
      execFileSync('mkdir', ['-p', join(folder, '.dvc/cache/files/md5', md5.slice(0, 2))])
      return { md5, write: () => writeFile(join(folder, '.dvc/cache/files/md5', md5.slice(0, 2), md5.slice(2)), text) }
    }
    const commit = async (text: string) => {
      const { md5, write } = store(text)
      await write()
      await workspace.write('d.dvc', `outs:\n- md5: ${md5}\n  size: 1\n  hash: md5\n  path: d\n`)
      await workspace.git('add', '--all')
      await workspace.git('commit', '--quiet', '--message', text)
    }
    await commit('kept')
    await commit('of a run')
    await workspace.json('run', '--', process.execPath, '-e', '0')
    await workspace.git('reset', '--quiet', '--hard', 'HEAD~1')
    await commit('unneeded')
    await workspace.git('reset', '--quiet', '--hard', 'HEAD~1')
    await workspace.git('update-ref', '-d', 'ORIG_HEAD')
    const left = store('tagged')
    await left.write()
    await workspace.json('run', '-n', 'tagged', '--', process.execPath, '-e', '0')
    await workspace.json('runs', 'tag', 'tagged', '--set', `runwright.data.in=${left.md5}`)
    await workspace.json('runs', 'delete', 'tagged')

    const gc = ['data', 'gc', '--older-than', '0'] as const
    const young = await workspace.run('data', 'gc')
    assert.match(young.stdout, /^Nothing is to be deleted[^]*too new to be deleted: 1 object/)
    const dry = await workspace.json(...gc)
    assert.deepEqual([dry['removedCount'], dry['runCount'], dry['isDryRun']], [1, 2, true])
    assert.equal(await countObjects(folder), 4)

    // An engine that cannot be started: its store is none.
    await workspace.json('engine', 'stop')
    const storePath = join(folder, '.runwright/store.db')
    execFileSync('mv', [storePath, `${storePath}.kept`])
    await Promise.all(['-wal', '-shm'].map((end) => rm(storePath + end, { force: true })))
    await writeFile(storePath, 'no database')
    const refused = await workspace.run(...gc, '--yes')
    assert.equal(refused.exitCode, 1, refused.stdout)
    assert.match(refused.stderr, /What the runs of .* need is not known/)
    assert.equal(await countObjects(folder), 4)

    await rm(storePath)
    execFileSync('mv', [`${storePath}.kept`, storePath])
    const { stdout, exitCode, stderr } = await workspace.run(...gc, '--yes')
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /Deleted 1 object, 8 B\.$/m)
    assert.equal(await countObjects(folder), 3)
  })

  it('asks who else uses a cache outside of the repository', async () => {
    await workspace.write('.dvc/config', '[cache]\n    dir = ../../elsewhere\n')
    const { exitCode, stderr } = await workspace.run('data', 'gc')
    assert.deepEqual([exitCode, /may be shared with other repositories/.test(stderr)], [1, true])
    await workspace.write('.dvc/config', '')
  })
})

async function countObjects(folder: string): Promise<number> {
  const entries = await readdir(join(folder, '.dvc/cache/files'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}
