import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { keepEngineAlive } from './keep-engine-alive.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { createTestWorkspace } from './engine-workspace.ts'

const packageFolder = join(import.meta.dirname, '../../python')
const python = findTestPython(process.env)

describe('the Python package', { timeout: 300_000 }, () => {
  const files = globSync('tests/test_*.py', { cwd: packageFolder }).sort()

  for (const file of files) {
    const name = basename(file, '.py')
    it(`passes its own ${name}`, async (test) => {
      const child = spawn(python, ['-B', '-W', 'error::ResourceWarning', '-m', 'unittest', `tests.${name}`], {
        cwd: packageFolder,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [said] = await Promise.all([text(child.stderr), once(child, 'close')])
      assert.equal(child.exitCode, 0, said)
      test.diagnostic(said.trim().split('\n').slice(-3).join(' '))
    })
  }

  it('uploads checkpoints as artifacts, whatever becomes of the engine, and resumes from them elsewhere', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    const { experiment } = await client.call('experiments/ensure', { name: 'checkpoints' })
    const { run } = await client.call('runs/start', { experimentId: experiment.experimentId })
    using _alive = keepEngineAlive(client)

    const { hashes, untrusted, ...result } = await runPython({
      python,
      script: 'save_checkpoints.py',
      folder: workspace.path,
      server: await client.tracking(),
      env: { MLFLOW_RUN_ID: run.runId, ENGINE_PID: String(workspace.engineFile().pid) },
    })

    assert.deepEqual(result, {
      uploaded: true,
      // The last two, and the best one.
      steps: [2, 4, 5],
      elsewhere: [5, 5],
      bestElsewhere: [2, 2],
      savedWithoutEngine: [8, 8],
      uploadedAfterKill: true,
      newerThanTheFolder: [8, 8],
      trusted: [9, 9],
    })
    assert.match(String(untrusted), /step 9 .* it holds an object of __main__\.Custom.*resume\(trusted=True\)/)
    assert.deepEqual(await hashCheckpoints(client, run.runId), hashes)
  })
})

/** SHA-256 by name of what the run has in `checkpoints`. */
async function hashCheckpoints(client: Client, runId: RunId): Promise<Record<string, string>> {
  const { entries } = await client.call('artifacts/list', { runId, path: 'checkpoints' })
  const hashes: Record<string, string> = {}
  for (const { path } of entries) {
    const bytes = await new Response(await client.download(runId, path)).bytes()
    hashes[basename(path)] = createHash('sha256').update(bytes).digest('hex')
  }
  return hashes
}
