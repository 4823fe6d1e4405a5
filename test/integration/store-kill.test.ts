import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { parseRunId } from '../../src/protocol/ids.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'
import { cannotMount, openSmallDisk } from './mounts.ts'

const kills = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 5 : 60

/** A workspace with a run that has an artifact of some size. */
async function fill(workspace: CliWorkspace, name: string): Promise<void> {
  const { runId } = await workspace.json('run', '-n', name, '--', process.execPath, '-e', 'console.log(1)')
  await using client = await workspace.connect()
  const { run } = await client.call('runs/get', { runId: parseRun(runId) })
  for (let part = 0; part < 8; part++) await client.upload(run.runId, `part-${part}.bin`, Buffer.alloc(1 << 20, part))
}

function parseRun(text: unknown) {
  return parseRunId(String(text)) ?? assert.fail()
}

async function listNames(workspace: CliWorkspace): Promise<string[]> {
  const { experiments } = await workspace.json('runs', 'list')
  assert.ok(Array.isArray(experiments))
  const runs: readonly { name: string }[] = experiments.flatMap(({ runs }) => runs)
  return runs.map(({ name }) => name).toSorted()
}

/** Kills a command some time after its start, or lets it end when that comes first. */
async function kill(workspace: CliWorkspace, ...args: string[]): Promise<void> {
  const started = workspace.start(args)
  await Promise.race([started.finished, delay(Math.random() * 700)])
  started.process.kill('SIGKILL')
  await started.finished
}

describe('a store', { timeout: 300_000 }, () => {
  it('whose backup is killed has a whole one or none, and the next to the same place is whole', async () => {
    await using workspace = await openCliWorkspace()
    await fill(workspace, 'first')
    for (let turn = 0; turn < kills; turn++) {
      const folder = `backup-${turn}`
      await kill(workspace, 'store', 'backup', folder)
      if (!(await readdir(workspace.folder)).includes(folder)) await workspace.json('store', 'backup', folder)
      const { findingCount } = await workspace.json('store', 'check', folder)
      assert.equal(findingCount, 0)
      assert.deepEqual(
        (await readdir(workspace.folder)).filter((name) => name.endsWith('.partial')),
        [],
      )
    }
  })

  it('whose restore is killed is the old one or the new one, whole', async () => {
    await using workspace = await openCliWorkspace()
    await fill(workspace, 'first')
    await workspace.json('store', 'backup', 'backup')
    await fill(workspace, 'second')
    await workspace.json('engine', 'stop')
    for (let turn = 0; turn < kills; turn++) {
      await kill(workspace, 'store', 'restore', 'backup', '--force')
      const names = await listNames(workspace)
      assert.ok(names.includes('first'), 'the store is empty')
      assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
      await workspace.json('engine', 'stop')
    }
    await workspace.json('store', 'restore', 'backup', '--force')
    assert.deepEqual(await listNames(workspace), ['first'])
  })

  it('whose backup has no room on its disk is told so, and leaves nothing there', { skip: cannotMount }, async () => {
    await using workspace = await openCliWorkspace()
    await fill(workspace, 'first')
    await using disk = await openSmallDisk(4 << 20)
    const target = path.join(disk.path, 'backup')
    const { exitCode, stderr } = await workspace.run('store', 'backup', target, '--json')
    assert.equal(exitCode, 4, stderr)
    const error = parseObject(stderr)
    assert.equal(error['error_code'], 'STORAGE_FULL')
    assert.ok(String(error['message']).includes(target), stderr)
    assert.deepEqual(await readdir(disk.path), [])
  })
})
