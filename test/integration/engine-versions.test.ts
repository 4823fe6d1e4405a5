import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startEngine } from '../../src/client/start-engine.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { paths, protocolVersion } from '../../src/protocol/methods.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { parseObject } from './cli-workspace.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'
import { createOtherEngine } from './other-engine.ts'
import { isRunning, processEnd } from './process-end.ts'
import { runCli } from './run-cli.ts'

const older = { version: '0.0.9' }
const olderProtocol = { version: '0.0.9', protocolVersion: protocolVersion - 1 }
const newer = { version: '99.0.0' }
const newerProtocol = { version: '99.0.0', protocolVersion: protocolVersion + 1 }

describe('an engine of another version', { timeout: 300_000 }, () => {
  for (const release of [older, olderProtocol]) {
    it(`is replaced when it is older and idle, in its place and with its runs (${describeRelease(release)})`, async () => {
      await using workspace = await createTestWorkspace()
      await using _release = await openOther(workspace, release)
      const before = workspace.engineFile()
      assert.equal(before.version, release.version)
      const runId = await startRun(workspace)
      await post(workspace, 'runs/update', { run_id: runId, status: 'FINISHED' })

      await using client = await workspace.connect()
      const { version, pid } = await client.call('engine/status', {})
      assert.equal(version, packageJson.version)
      assert.notEqual(pid, before.pid)
      await processEnd(before.pid)
      const { port, token } = workspace.engineFile()
      assert.deepEqual({ port, token }, { port: before.port, token: before.token })
      const { experiments } = await client.call('experiments/list', {})
      assert.deepEqual(
        experiments.map(({ name, runCount }) => [name, runCount]),
        [['Default', 1]],
      )
    })
  }

  it('is used while a run of it goes on, and replaced after', async () => {
    await using workspace = await createTestWorkspace()
    await using _release = await openOther(workspace, older)
    const { pid } = workspace.engineFile()
    const runId = await startRun(workspace)
    {
      await using client = await workspace.connect()
      const status = await client.call('engine/status', {})
      assert.deepEqual([status.version, status.pid], [older.version, pid])
    }
    await post(workspace, 'runs/update', { run_id: runId, status: 'FINISHED' })
    await using client = await workspace.connect()
    assert.equal((await client.call('engine/status', {})).version, packageJson.version)
  })

  it('is used while somebody listens to it', async () => {
    await using workspace = await createTestWorkspace()
    await using _release = await openOther(workspace, older)
    await using _listening = await listen(workspace)
    await using client = await workspace.connect()
    assert.equal((await client.call('engine/status', {})).version, older.version)
  })

  it('is refused when it is busy and speaks an older protocol, and goes on', async () => {
    await using workspace = await createTestWorkspace()
    await using _release = await openOther(workspace, olderProtocol)
    const { pid } = workspace.engineFile()
    await startRun(workspace)
    await assert.rejects(workspace.connect(), isMismatch(/It is busy: let its runs end/))
    const { exitCode, stderr } = await runCli(workspace.path, 'runs', 'list', '--json')
    assert.deepEqual([exitCode, parseObject(stderr)['error_code']], [4, 'VERSION_MISMATCH'])
    assert.ok(isRunning(pid))
    assert.equal(workspace.engineFile().pid, pid)
  })

  it('is used when it is newer', async () => {
    await using workspace = await createTestWorkspace()
    await using _release = await openOther(workspace, newer)
    await using client = await workspace.connect()
    assert.equal((await client.call('engine/status', {})).version, newer.version)
  })

  it('is refused when it speaks a newer protocol, and never stopped', async () => {
    await using workspace = await createTestWorkspace()
    await using _release = await openOther(workspace, newerProtocol)
    const { pid } = workspace.engineFile()
    await assert.rejects(workspace.connect(), isMismatch(/Update this one/))
    assert.ok(isRunning(pid))
  })
})

interface Release {
  readonly version: string
  readonly protocolVersion?: number
}

function describeRelease({ protocolVersion: protocol }: Release): string {
  return protocol === undefined ? 'same protocol' : `protocol ${protocol}`
}

/** Starts that release's engine in the workspace. */
async function openOther(workspace: TestWorkspace, release: Release): Promise<AsyncDisposable> {
  const engine = await createOtherEngine(release)
  assert.equal(await startEngine(workspace.path, engine.command, 30_000), 'ready')
  return engine
}

/** By MLflow's interface, which is the same in all versions. */
async function post({ engineFile }: TestWorkspace, route: string, body: object): Promise<string> {
  const { port, token } = engineFile()
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  assert.equal(response.status, 200)
  return response.text()
}

async function startRun(workspace: TestWorkspace): Promise<string> {
  const answer = await post(workspace, 'runs/create', { experiment_id: '0' })
  return /"run_id":"(\w+)"/.exec(answer)?.[1] ?? assert.fail(answer)
}

/** A window of the older version, with its event stream. */
async function listen({ engineFile }: TestWorkspace): Promise<AsyncDisposable> {
  const { port, token } = engineFile()
  const response = await fetch(`http://127.0.0.1:${port}${paths.events}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(response.status, 200)
  return { [Symbol.asyncDispose]: async () => response.body?.cancel() }
}

function isMismatch(hint: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunwrightError, String(error))
    assert.equal(error.code, 'VERSION_MISMATCH', error.message)
    assert.match(error.message, /is version \S+, which version \S+ cannot talk to/)
    assert.match(error.hint ?? '', hint)
    return true
  }
}
