import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
})
after(() => workspace[Symbol.asyncDispose]())

async function run(name: string): Promise<string> {
  const { runId } = await workspace.json('run', '-n', name, '--', process.execPath, '-e', 'console.log(1)')
  return String(runId)
}

const listNames = async () => {
  const { experiments } = await workspace.json('runs', 'list')
  assert.ok(Array.isArray(experiments))
  const runs: readonly { name: string }[] = experiments.flatMap(({ runs }) => runs)
  return runs.map(({ name }) => name).toSorted()
}

describe('the care of a store', { timeout: 300_000 }, () => {
  it('checks, backs up while the engine runs, and restores what was there', async () => {
    await run('first')
    assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
    const { artifactCount, folder } = await workspace.json('store', 'backup', 'backup')
    assert.equal(folder, path.join(workspace.folder, 'backup'))
    assert.equal(artifactCount, 2)
    await run('second')
    assert.deepEqual(await listNames(), ['first', 'second'])

    const inUse = await workspace.run('store', 'restore', 'backup', '--force')
    assert.equal(inUse.exitCode, 1)
    assert.match(inUse.stderr, /An engine uses .*engine stop/s)
    await workspace.json('engine', 'stop')
    const refused = await workspace.run('store', 'restore', 'backup')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.stderr, /There is a store already.*--force/s)
    const { keptFolder } = await workspace.json('store', 'restore', 'backup', '--force')
    assert.deepEqual(await listNames(), ['first'])
    const kept = await workspace.json('store', 'check', String(keptFolder))
    assert.equal(kept['findingCount'], 0)
  })

  it('exits with 1 and names the file when something of a backup is missing', async () => {
    await workspace.json('store', 'backup', 'bitten')
    const list = path.join(workspace.folder, 'bitten', 'artifacts')
    await rm(list, { recursive: true })
    const check = await workspace.run('store', 'check', 'bitten', '--json')
    assert.equal(check.exitCode, 1)
    assert.match(check.stdout, /artifacts\/0\/\w+\/artifacts\/logs\/output\.log/)
  })

  it('deletes for good only what was deleted, and only with --yes', async () => {
    const runId = await run('doomed')
    await workspace.json('runs', 'delete', runId)
    assert.deepEqual((await workspace.json('store', 'gc'))['removed'], [])
    const dry = await workspace.json('store', 'gc', '--older-than', '0')
    assert.ok(Array.isArray(dry['removed']) && dry['removed'].length === 1)
    await workspace.json('runs', 'restore', runId)
    await workspace.json('runs', 'delete', runId)
    const { removed } = await workspace.json('store', 'gc', '--older-than', '0', '--yes')
    assert.ok(Array.isArray(removed))
    assert.deepEqual(
      removed.map(({ kind, id }) => [kind, id]),
      [['run', runId]],
    )
    const { exitCode } = await workspace.run('runs', 'show', runId)
    assert.equal(exitCode, 3)
    assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
  })

  it('deletes in the data folder of a server that does not run', async () => {
    await workspace.json('engine', 'stop')
    const { removed } = await workspace.json('store', 'gc', '--older-than', '0', '--data', '.runwright')
    assert.deepEqual(removed, [])
    const { exitCode } = await workspace.run('store', 'gc', '--data', 'nowhere')
    assert.equal(exitCode, 3)
  })
})
