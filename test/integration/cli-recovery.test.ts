import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findRunningEngine } from '../../src/cli/running-engine.ts'
import { parseRunId, type RunId } from '../../src/protocol/ids.ts'
import { hasEnded, type Run } from '../../src/protocol/runs.ts'
import { artifactPaths } from '../../src/protocol/tag-names.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  // An engine that is there from the start makes the processes below the same whichever test runs.
  await workspace.run('experiments', 'list')
})
after(() => workspace[Symbol.asyncDispose]())

/** Starts a command that prints `ready`, waits until the file `gate-NAME` exists, prints `done`, and exits with 5. */
async function startGated(name: string) {
  const script = `echo ready; while ! test -e gate-${name}; do sleep 0.05; done; echo done; exit 5`
  const started = workspace.start(['run', '--name', name, '--', 'sh', '-c', script])
  await started.line('ready')
  const [, id = ''] = /\(([0-9a-f]{32})\)/.exec(await started.line('runwright: run')) ?? []
  const runId = parseRunId(id)
  assert.ok(runId !== undefined)
  const spool = path.join(workspace.folder, '.runwright', 'spool', runId)
  return { started, runId, spool, open: () => workspace.write(`gate-${name}`, '') }
}

/** The run once it has ended, with its log. */
async function ended(runId: RunId): Promise<{ run: Run; log: string }> {
  await using client = await findRunningEngine(workspace.folder)
  assert.ok(client !== undefined)
  const cancel = new AbortController()
  try {
    for await (const { event } of client.events(cancel.signal)) {
      if (event.kind !== 'reset' && !('runId' in event && event.runId === runId)) continue
      const { run } = await client.call('runs/get', { runId })
      const { entries } = await client.call('artifacts/list', { runId, path: 'logs' })
      if (!hasEnded(run.status) || entries.length === 0) continue
      const log = await new Response(await client.download(runId, artifactPaths.log)).text()
      if (log.includes('done')) return { run, log }
    }
  } finally {
    cancel.abort()
  }
  throw new Error('The stream of events ended.')
}

function readPid(file: string, text: string): number {
  const [, pid = ''] = /"keeperPid":(\d+)/.exec(text) ?? []
  assert.notEqual(pid, '', file)
  return Number(pid)
}

describe('a running command', { timeout: 300_000 }, () => {
  it('goes on while the engine is killed, again and again, and ends with the right status', async () => {
    const { started, runId, open } = await startGated('engine')
    for (let kills = 0; kills < 3; kills++) {
      const pid = await workspace.enginePid()
      process.kill(pid, 'SIGKILL')
      // The supervisor's event stream brings a new one.
      await started.line('ready')
      while ((await workspace.enginePid()) === pid) await new Promise((resolve) => setImmediate(resolve))
    }
    process.kill(await workspace.enginePid(), 'SIGKILL')
    await open()
    const finished = await started.finished
    assert.equal(finished.exitCode, 5, finished.stderr)
    const { run, log } = await ended(runId)
    assert.deepEqual([run.status, log], ['FAILED', 'ready\ndone\n'])
  })

  it('misses no point that a plain MLflow client logs while the engine is killed', async () => {
    const python = findTestPython(process.env)
    const script = path.join(import.meta.dirname, '../python/log_steadily.py')
    const started = workspace.start(['run', '--name', 'steady', '--', python, script])
    for (const step of [10, 110]) {
      await started.line(`logged step ${step}.`)
      process.kill(await workspace.enginePid(), 'SIGKILL')
    }
    const finished = await started.finished
    assert.equal(finished.exitCode, 0, finished.stderr)
    await using client = await findRunningEngine(workspace.folder)
    assert.ok(client !== undefined)
    const [, id = ''] = /\(([0-9a-f]{32})\)/.exec(await started.line('runwright: run')) ?? []
    const runId = parseRunId(id) ?? assert.fail()
    const { points } = await client.call('metrics/history', { runId, key: 'loss' })
    assert.deepEqual(
      points.map(({ step, value }) => [step, value]),
      Array.from({ length: 200 }, (_, step) => [step, 1 / (step + 1)]),
    )
    assert.equal((await client.call('runs/get', { runId })).run.status, 'FINISHED')
  })

  it('goes on when its supervisor is killed, and ends with the right status', async () => {
    const { started, runId, spool, open } = await startGated('supervisor')
    started.process.kill('SIGKILL')
    await once(started.process, 'exit')
    await open()
    const { run, log } = await ended(runId)
    assert.deepEqual([run.status, log], ['FAILED', 'ready\ndone\n'])
    await assert.rejects(readdir(spool), 'the spool is still there')
  })

  it('can be stopped when its supervisor was killed', async () => {
    const { started, runId } = await startGated('orphan')
    started.process.kill('SIGKILL')
    await once(started.process, 'exit')
    const { exitCode, stderr } = await workspace.run('runs', 'stop', 'orphan', '--wait')
    assert.equal(exitCode, 0, stderr)
    const { run } = await workspace.json('runs', 'show', runId)
    assert.match(JSON.stringify(run), /"status":"KILLED"/)
  })

  it('ends with its keeper, which alone could tell how', async () => {
    const { started, spool } = await startGated('keeper')
    const state = path.join(spool, 'state.json')
    process.kill(readPid(state, await readFile(state, 'utf8')), 'SIGKILL')
    assert.equal((await started.finished).exitCode, 1)
    assert.match(JSON.stringify(await workspace.json('runs', 'show', 'keeper')), /"status":"KILLED"/)
  })
})
