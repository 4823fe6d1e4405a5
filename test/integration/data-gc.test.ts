import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  await workspace.json('init')
})
after(() => workspace[Symbol.asyncDispose]())

describe('runwright data gc', { timeout: 300_000 }, () => {
  it('keeps what a run needs on no branch any more, and deletes nothing while runs cannot be asked', async () => {
    const { folder } = workspace
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

  it('keeps the versions that runs have read and written, and .dvc files that only the changes of a run had', async () => {
    const { folder } = workspace
    const add = async (text: string) => {
      await workspace.write('read', text)
      await workspace.json('data', 'add', 'read')
    }
    await add('declared')
    await workspace.json('run', '--data', 'read', '-n', 'reader', '--', process.execPath, '-e', '0')
    await workspace.git('add', '--all')
    await workspace.git('commit', '--quiet', '--message', 'Read')
    await add('in no commit')
    await workspace.json('run', '--', process.execPath, '-e', '0')
    const write = `require('fs').rmSync('read'); require('fs').writeFileSync('read', 'written')`
    await workspace.json('run', '--commit-data', '--out', 'read', '--', process.execPath, '-e', write)
    await add('needed by nobody')
    await add('today')
    await workspace.git('commit', '--quiet', '--amend', '--no-edit', '--all')
    await workspace.git('update-ref', '-d', 'ORIG_HEAD').catch(() => undefined)
    const { removed } = await workspace.json('data', 'gc', '--older-than', '0', '--yes')
    const expected = execFileSync('md5sum', { input: 'needed by nobody' }).toString().slice(2, 32)
    assert.ok(Array.isArray(removed))
    assert.deepEqual(
      removed.map((each: unknown) => String(Object(each).key).endsWith(expected)),
      [true],
    )
    const restored = await workspace.json('data', 'restore', 'read', '--run', 'reader')
    assert.equal(restored['isChanged'], true)
    assert.equal(await readFile(join(folder, 'read'), 'utf8'), 'declared')
  })

  it('cleans a remote of chunks, leaves what came lately, and says what stays with what is needed', async () => {
    const { folder } = workspace
    await workspace.json('data', 'remote', 'add', '--chunked', 'store', join(folder, '.git/store'))
    const bytes = randomBytes(3 << 20)
    const versions = [bytes, Buffer.concat([bytes.subarray(0, 1 << 20), randomBytes(1 << 20)])]
    for (const version of versions) {
      await writeFile(join(folder, 'large'), version)
      await workspace.json('data', 'add', 'large')
      await workspace.json('data', 'push', 'large', '--remote', 'store')
    }
    const young = await workspace.json('data', 'gc', '--remote', 'store')
    assert.deepEqual([young['removedCount'], young['youngCount']], [0, 1])
    const { stdout } = await workspace.run('data', 'gc', '--remote', 'store', '--older-than', '0', '--yes')
    assert.match(stdout, /stays in 1 pack with what is needed: [12](\.\d)? MiB\.$/m)
    assert.match(stdout, /^Deleted 1 object, \d+ B\.$/m)
    await rm(join(folder, 'large'))
    await rm(join(folder, '.dvc/cache'), { recursive: true })
    await workspace.json('data', 'pull', 'large', '--remote', 'store')
    assert.ok((await readFile(join(folder, 'large'))).equals(versions[1] ?? bytes))
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
