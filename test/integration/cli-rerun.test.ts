import assert from 'node:assert/strict'
import { mkdir, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createSnapshot } from '../../src/git/snapshot.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

/** Logs its argument as a param by MLflow's REST interface, as an unchanged program does. */
const program = `const at = process.argv.indexOf('--depth') + 1
const post = (route, body) => fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/' + route, { method: 'POST',
  headers: { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN, 'content-type': 'application/json' },
  body: JSON.stringify({ run_id: process.env.MLFLOW_RUN_ID, ...body }) })
await post('log-parameter', { key: 'depth', value: process.argv[at] })
await post('log-parameter', { key: 'seed', value: '7' })
console.log('argv', process.argv.slice(2).join(' '), process.cwd())
`

let workspace: CliWorkspace
let first: string
before(async () => {
  workspace = await openCliWorkspace()
  await mkdir(path.join(workspace.folder, 'jobs'))
  await workspace.write('jobs/train.mjs', program)
  await workspace.git('add', '.')
  await workspace.git('commit', '--quiet', '--message', 'Train')
  await workspace.write('jobs/train.mjs', `${program}// tried\n`)
  await workspace.write('jobs/notes.txt', 'new\n')
  const command = [
    'sh',
    '-c',
    'cd jobs && exec "$@"',
    'sh',
    process.execPath,
    'train.mjs',
    '--lr',
    '{lr}',
    '--depth',
    '3',
  ]
  const run = await workspace.json('run', '-e', 'digits', '-n', 'first', '-p', 'lr=0.1', '--', ...command)
  first = String(run['runId'])
})
after(() => workspace[Symbol.asyncDispose]())

async function show(runId: string): Promise<{ params: Record<string, string>; tags: Record<string, string> }> {
  const { run } = await workspace.json('runs', 'show', runId)
  assert.ok(typeof run === 'object' && run !== null && 'params' in run && 'tags' in run)
  const record = (pairs: unknown) => {
    assert.ok(Array.isArray(pairs))
    return Object.fromEntries(pairs.map(({ key, value }) => [String(key), String(value)]))
  }
  return { params: record(run.params), tags: record(run.tags) }
}

describe('runwright rerun', { timeout: 300_000 }, () => {
  it('runs the command of a run again, in its experiment, as a run that names the first', async () => {
    const again = await workspace.json('rerun', 'first')
    assert.deepEqual([again['status'], again['exitCode']], ['FINISHED', 0])
    assert.notEqual(again['runId'], first)
    const [before, after] = [await show(first), await show(String(again['runId']))]
    assert.equal(after.tags['runwright.rerunOf'], first)
    assert.equal(after.tags['runwright.command'], before.tags['runwright.command'])
    assert.deepEqual(after.params, { lr: '0.1', depth: '3', seed: '7' })
  })

  it('puts other values into the params it was given and into the arguments, and can do so again', async () => {
    const once = await workspace.json('rerun', first, '-p', 'lr=0.2', '-p', 'depth=5', '-p', 'note=hi')
    const { params, tags } = await show(String(once['runId']))
    assert.deepEqual(params, { lr: '0.2', depth: '5', seed: '7', note: 'hi' })
    assert.match(tags['runwright.command'] ?? '', /"--lr","0\.2","--depth","5"/)

    const started = workspace.start(['rerun', String(once['runId']), '--param=lr=0.3', '--name', 'third'])
    const { stdout, stderr, exitCode } = await started.finished
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /^argv --lr 0\.3 --depth 5 /m)
    assert.match(stderr, /run third \([0-9a-f]{32}\)/)
  })

  it('shows what it would run, and where, without running it', async () => {
    const { command, folder, experiment, changes } = await workspace.json('rerun', first, '-p', 'depth=4', '--dry-run')
    assert.ok(Array.isArray(command))
    assert.deepEqual(command.slice(-4), ['--lr', '0.1', '--depth', '4'])
    assert.deepEqual([folder, experiment], [workspace.folder, 'digits'])
    assert.deepEqual(changes, [{ key: 'depth', from: '3', to: '4', origin: 'argument' }])
    const { stdout } = await workspace.run('rerun', first, '--dry-run', '-p', 'depth=4')
    assert.match(stdout, /^Changes\n {2}depth: 3 → 4 \(argument\)$/m)
    const { experiments } = await workspace.json('runs', 'list', '-e', 'digits')
    assert.ok(Array.isArray(experiments))
    assert.equal(experiments[0].total, 4)
  })

  it('refuses what it cannot do, and starts nothing', async () => {
    const fixed = await workspace.run('rerun', first, '-p', 'seed=8')
    assert.equal(fixed.exitCode, 2)
    assert.match(fixed.stderr, /Param “seed” of run “first” was set by its program/)
    const nowhere = await workspace.run('rerun', first, '--folder', 'gone')
    assert.equal(nowhere.exitCode, 1)
    assert.match(nowhere.stderr, /is not there/)
    assert.equal((await workspace.run('rerun', 'nobody')).exitCode, 3)
  })
})

describe('runwright restore-code', { timeout: 300_000 }, () => {
  it('restores commit, changes and new files into a worktree, in which the run can be repeated', async () => {
    const target = path.join(workspace.folder, '..', `${path.basename(workspace.folder)}-otter`)
    await using _ = {
      async [Symbol.asyncDispose]() {
        await workspace.git('worktree', 'remove', '--force', target)
      },
    }
    await workspace.write('jobs/train.mjs', 'later\n')
    const restored = await workspace.json('restore-code', 'first', '--worktree', target)
    assert.deepEqual([restored['isPatched'], restored['isPatchMissing']], [true, false])
    assert.match(await readFile(path.join(target, 'jobs/train.mjs'), 'utf8'), /\/\/ tried\n$/)
    assert.equal(await readFile(path.join(target, 'jobs/notes.txt'), 'utf8'), 'new\n')
    assert.equal(await readFile(path.join(workspace.folder, 'jobs/train.mjs'), 'utf8'), 'later\n')

    const { stdout, exitCode } = await workspace.run('rerun', 'first', '--folder', target)
    assert.equal(exitCode, 0)
    assert.ok(stdout.includes(await realpath(target)), stdout)
  })

  it('restores into a branch, and says when there is one', async () => {
    const { stdout } = await workspace.run('restore-code', 'first', '--branch', 'runs/first')
    assert.match(stdout, /^Restored the code of run first into branch runs\/first, with its uncommitted changes\.$/m)
    assert.match(await workspace.git('show', 'runs/first:jobs/train.mjs'), /\/\/ tried$/)
    const again = await workspace.run('restore-code', 'first', '--branch', 'runs/first')
    assert.equal(again.exitCode, 1)
    assert.match(again.stderr, /There is a branch “runs\/first” already/)
    assert.equal((await workspace.run('restore-code', 'first')).exitCode, 2)
  })
})

describe('runwright restore-code of a run with a snapshot', { timeout: 300_000 }, () => {
  it('restores the files of the snapshot, those that were never committed too', async () => {
    const run = await workspace.json('run', '-e', 'digits', '-n', 'snapped', '--', 'true')
    await workspace.write('never-committed.txt', 'kept\n')
    const { commit } = await createSnapshot({ folder: workspace.folder, env: process.env })
    await rm(path.join(workspace.folder, 'never-committed.txt'))
    await workspace.json('runs', 'tag', String(run['runId']), '--set', `${tagNames.gitSnapshot}=${commit}`)
    const restored = await workspace.json('restore-code', 'snapped', '--branch', 'runs/snapped')
    assert.deepEqual([restored['isPatched'], restored['isPatchMissing']], [true, false])
    assert.equal(await workspace.git('show', 'runs/snapped:never-committed.txt'), 'kept')
  })
})

describe('runwright runs tag', { timeout: 300_000 }, () => {
  it('sets and removes tags of several runs', async () => {
    await workspace.json('runs', 'tag', 'first', 'third', '--set', 'stage=draft', '--set', 'note=a=b')
    assert.equal((await show(first)).tags['note'], 'a=b')
    await workspace.json('runs', 'tag', 'first', '--remove', 'stage', '--remove', 'never')
    const [before, after] = [await show(first), await show('third')]
    assert.deepEqual([before.tags['stage'], after.tags['stage']], [undefined, 'draft'])
  })

  it('says what is wrong with its arguments', async () => {
    for (const [exitCode, ...args] of [
      [2, 'first'],
      [2, 'first', '--set', 'novalue'],
      [2, 'first', '--set', 'a=1', '--remove', 'a'],
      [3, '0'.repeat(32), '--remove', 'a'],
    ] as const) {
      const result = await workspace.run('runs', 'tag', ...args)
      assert.equal(result.exitCode, exitCode, args.join(' '))
      assert.equal(parseObject((await workspace.run('runs', 'tag', ...args, '--json')).stderr)['message'] !== '', true)
    }
  })
})
