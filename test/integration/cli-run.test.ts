import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Client } from '../../src/protocol/client.ts'
import { type RunId, parseRunId } from '../../src/protocol/ids.ts'
import { artifactPaths, tagNames } from '../../src/protocol/tag-names.ts'
import { findRunningEngine } from '../../src/cli/running-engine.ts'
import { type CliWorkspace, type Finished, openCliWorkspace, parseObject } from './cli-workspace.ts'

let workspace: CliWorkspace
let client: Client
before(async () => {
  workspace = await openCliWorkspace()
  await workspace.run('experiments', 'list')
  const found = await findRunningEngine(workspace.folder)
  assert.ok(found !== undefined)
  client = found
})
after(async () => {
  await client[Symbol.asyncDispose]()
  await workspace[Symbol.asyncDispose]()
})

/** Runs a shell script as a run. */
function runScript(script: string, ...options: string[]): Promise<Finished> {
  return workspace.run('run', '--json', ...options, '--', 'sh', '-c', script)
}

function idOf({ stdout, stderr }: Finished): RunId {
  const runId = parseRunId(String(parseObject(stdout)['runId']))
  assert.ok(runId !== undefined, stderr)
  return runId
}

async function load(runId: RunId) {
  const { run } = await client.call('runs/get', { runId })
  const tag = (name: string) => run.tags.find(({ key }) => key === name)?.value
  return { run, tag }
}

async function artifact(runId: RunId, file: string): Promise<Buffer> {
  return Buffer.from(await new Response(await client.download(runId, file)).arrayBuffer())
}

/** A process that has ended may wait as a zombie for whoever is in charge of it now. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

describe('runwright run', { timeout: 300_000 }, () => {
  it('finishes a run whose command ends well, with its output, unchanged, in both places', async () => {
    const script = String.raw`printf 'täst\033[1m 尺寸\r50%%\n'; echo problem >&2`
    const plain = await workspace.run('run', '--', 'sh', '-c', script)
    assert.equal(plain.exitCode, 0)
    assert.equal(plain.stdout, 'täst\u001b[1m 尺寸\r50%\n')
    assert.match(plain.stderr, /^problem$/m)

    const finished = await runScript(script, '--experiment', 'größe', '--name', 'erster Lauf 🚀')
    const { run, tag } = await load(idOf(finished))
    assert.deepEqual([run.status, run.name, tag(tagNames.exitCode)], ['FINISHED', 'erster Lauf 🚀', '0'])
    const log = (await artifact(run.runId, artifactPaths.log)).toString()
    assert.ok(log.includes('täst\u001b[1m 尺寸\r50%\n'))
    assert.match(log, /^problem$/m)
  })

  it('fails a run whose command fails, and exits with its code', async () => {
    const finished = await runScript('exit 7')
    assert.equal(finished.exitCode, 7)
    const { run, tag } = await load(idOf(finished))
    assert.deepEqual([run.status, tag(tagNames.exitCode)], ['FAILED', '7'])
    assert.ok(run.endTime !== undefined)
  })

  it('fails a run whose command cannot be started, as a shell does', async () => {
    const finished = await workspace.run('run', '--json', '--', 'no-such-program')
    assert.equal(finished.exitCode, 127)
    assert.match(finished.stderr, /cannot start "no-such-program"/)
    assert.equal((await load(idOf(finished))).run.status, 'FAILED')
  })

  it('calls a run killed whose command died of a signal', async () => {
    const finished = await runScript('kill -SEGV $$')
    assert.equal(finished.exitCode, 128 + 11)
    const { run, tag } = await load(idOf(finished))
    assert.deepEqual([run.status, tag(tagNames.exitCode)], ['KILLED', 'SIGSEGV'])
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`passes ${signal} on to the command and all its children`, async () => {
      const script = 'sleep 1000 & echo child $!; wait'
      const started = workspace.start(['run', '--name', signal, '--', 'sh', '-c', script])
      const line = await started.line('child')
      const child = Number(line.split(' ')[1])
      started.process.kill(signal)
      const finished = await started.finished
      assert.equal(finished.exitCode, 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal], finished.stderr)
      assert.ok(!(await isRunning(child)), 'a child lives on')
      const shown = await workspace.json('runs', 'show', signal)
      assert.match(JSON.stringify(shown), /"status":"KILLED"/)
    })
  }

  it('lets a command that handles a signal finish its work', async () => {
    const script = `trap 'echo saved; exit 0' INT; echo ready; while :; do sleep 0.05; done`
    const started = workspace.start(['run', '--json', '--', 'sh', '-c', script])
    await started.line('ready')
    started.process.kill('SIGINT')
    const finished = await started.finished
    assert.equal(finished.exitCode, 0)
    const { run } = await load(idOf(finished))
    assert.equal(run.status, 'FINISHED')
    assert.match((await artifact(run.runId, artifactPaths.log)).toString(), /^saved$/m)
  })

  it('ends on request by another process', async () => {
    const started = workspace.start(['run', '--name', 'to be stopped', '--', 'sh', '-c', 'echo ready; sleep 1000'])
    await started.line('ready')
    const stopped = await workspace.run('runs', 'stop', 'to be stopped', '--wait')
    assert.equal(stopped.exitCode, 0, stopped.stderr)
    assert.match(stopped.stdout, /has ended/)
    assert.equal((await started.finished).exitCode, 128 + 15)
    assert.match(JSON.stringify(await workspace.json('runs', 'show', 'to be stopped')), /"status":"KILLED"/)
  })

  it('has the output in the store while the command still runs', async () => {
    const started = workspace.start(['run', '--json', '--', 'sh', '-c', 'echo early; sleep 1000'])
    await started.line('early')
    const cancel = new AbortController()
    for await (const { event } of client.events(cancel.signal)) {
      if (event.kind !== 'artifacts') continue
      const { entries } = await client.call('artifacts/list', { runId: event.runId, path: 'logs' })
      if (entries.length === 0) continue
      assert.equal((await artifact(event.runId, artifactPaths.log)).toString(), 'early\n')
      cancel.abort()
    }
    started.process.kill('SIGTERM')
    await started.finished
  })

  it('records params, and puts them into the command and its environment', async () => {
    const finished = await runScript('echo "{lr} $RUNWRIGHT_PARAMS"', '--param', 'lr=0.1', '-p', 'note=ä b')
    const { run } = await load(idOf(finished))
    assert.deepEqual(
      new Map(run.params.map(({ key, value }) => [key, value])),
      new Map([
        ['lr', '0.1'],
        ['note', 'ä b'],
      ]),
    )
    assert.match(finished.stderr, /^0\.1 {"lr":"0\.1","note":"ä b"}$/m)
  })

  it('refuses a param that is none, before anything is made', async () => {
    const finished = await runScript('true', '--param', 'lr')
    assert.equal(finished.exitCode, 2)
    assert.equal(parseObject(finished.stderr)['error_code'], 'INVALID_PARAMETER_VALUE')
  })

  it('records the code: commit, branch, and a patch that applies', async () => {
    await workspace.write('train.py', 'print("größer")\n')
    const finished = await runScript('true')
    const { run, tag } = await load(idOf(finished))
    const commit = await workspace.git('rev-parse', 'HEAD')
    assert.deepEqual([tagNames.gitCommit, tagNames.gitBranch, tagNames.gitDirty].map(tag), [commit, 'trunk', 'true'])
    const patch = path.join(workspace.folder, 'taken.log')
    await writeFile(patch, await artifact(run.runId, artifactPaths.patch))
    await workspace.git('clone', '--quiet', '.', 'clone.log')
    await workspace.git('-C', 'clone.log', 'apply', patch)
    assert.equal(await readFile(path.join(workspace.folder, 'clone.log', 'train.py'), 'utf8'), 'print("größer")\n')
  })

  it('records the environment by names, with the lock file', async () => {
    await workspace.write('uv.lock', 'version = 1\n')
    const started = workspace.start(['run', '--json', '--', process.execPath, '-e', ''], { SECRET_WORD: 'hunter2' })
    const finished = await started.finished
    const runId = idOf(finished)
    const text = (await artifact(runId, artifactPaths.environment)).toString()
    const record = parseObject(text)
    assert.deepEqual(record['interpreter'], { kind: 'node', path: process.execPath, version: process.versions.node })
    assert.ok(text.includes('"SECRET_WORD"') && !text.includes('hunter2'))
    assert.equal((await artifact(runId, `${artifactPaths.environmentFolder}/uv.lock`)).toString(), 'version = 1\n')
  })

  it('leaves nothing in the spool', async () => {
    assert.deepEqual(await readdir(path.join(workspace.folder, '.runwright', 'spool')), [])
  })
})
