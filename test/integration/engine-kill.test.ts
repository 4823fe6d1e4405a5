import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { keepEngineAlive } from './keep-engine-alive.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { createTestWorkspace } from './engine-workspace.ts'
import { sendWithKill } from './send-with-kill.ts'

const killCount = 20
const batchesPerKill = 1000
/** As it is shipped: to load hundreds of source files takes several times as long as a start of it. */
const bundledEngine = { file: process.execPath, args: [join(import.meta.dirname, '../../dist/engine.js')] }
const keys = Array.from({ length: 10 }, (_, index) => `metric-${index}`)

describe('kill -9 of the engine', { timeout: 300_000 }, () => {
  before(() => bundle({ production: false }))

  it(`loses nothing acknowledged and leaves no half batch (${killCount} times in ${batchesPerKill} log-batch calls)`, async (test) => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect({ command: bundledEngine })
    const runId = await startRun(client)
    using _watch = keepEngineAlive(client)
    const home = workspace.engineFile()
    const acknowledged = new Set<number>()
    const restartMs: number[] = []

    for (let round = 0; round < killCount; round++) {
      // Anywhere from the first calls to the last.
      const killAfter = Math.floor(((round + 0.5) / killCount) * batchesPerKill)
      const { port, token } = workspace.engineFile()
      const send = (step: number) => logBatch({ port, token, runId, step })
      const first = round * 10 * batchesPerKill
      const count = batchesPerKill
      restartMs.push(await sendWithKill({ workspace, client, first, count, killAfter, acknowledged, send }))
    }

    const histories = await Promise.all(keys.map((key) => client.call('metrics/history', { runId, key })))
    const [first = new Set<number>(), ...others] = histories.map(
      ({ points }) => new Set(points.map(({ step }) => step)),
    )
    for (const other of others) assert.deepEqual(other, first, 'a batch is there by half')
    assert.deepEqual([...acknowledged.difference(first)], [], 'acknowledged batches are missing')
    assert.ok(acknowledged.size >= killCount * batchesPerKill)
    const { port, token } = workspace.engineFile()
    assert.deepEqual({ port, token }, { port: home.port, token: home.token })

    const sorted = restartMs.toSorted((a, b) => a - b).map(Math.round)
    test.diagnostic(
      `${acknowledged.size} batches acknowledged, ${first.size - acknowledged.size} more stored unanswered`,
    )
    test.diagnostic(`from kill to the next answer: median ${sorted[killCount / 2]} ms, slowest ${sorted.at(-1)} ms`)
    // The median, because other test files share the machine.
    assert.ok((sorted[killCount / 2] ?? Infinity) <= 1000, `restarts took ${sorted.join(', ')} ms`)
  })
})

async function startRun(client: Client): Promise<RunId> {
  const { experiment } = await client.call('experiments/ensure', { name: 'kill' })
  const { run } = await client.call('runs/start', { experimentId: experiment.experimentId })
  return run.runId
}

/** As an MLflow client sends it; whether it was acknowledged. */
async function logBatch({ port, token, runId, step }: { port: number; token: string; runId: RunId; step: number }) {
  const metrics = keys.map((key) => ({ key, value: step, timestamp: 1, step }))
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/log-batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ run_id: runId, metrics }),
    })
    await response.arrayBuffer()
    assert.equal(response.status, 200)
    return true
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return false
  }
}
