import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import { tailKinds } from '../../src/protocol/curves.ts'
import { parseRunId, type RunId } from '../../src/protocol/ids.ts'
import type { TableColumn } from '../../src/protocol/run-table.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'

const runCount = 60
const pointCount = 3000
const pageLength = 20
const loss: TableColumn = { kind: 'metric', key: 'loss', aggregate: 'min' }

/** Runs of which the first has a long curve; the client stays the same over a restart, as a window's does. */
async function openWithRuns() {
  await using opened = new AsyncDisposableStack()
  const workspace = opened.use(await createTestWorkspace())
  const client = opened.use(await workspace.connect())
  const { experiment } = await client.call('experiments/ensure', { name: 'recovery' })
  const { experimentId } = experiment
  const runIds: RunId[] = []
  for (let index = 0; index < runCount; index++) {
    const { run } = await client.call('runs/start', { experimentId, name: `run-${index}` })
    runIds.push(run.runId)
    await logLoss(workspace, run.runId, [index])
  }
  const [first = assert.fail()] = runIds
  for (let start = 1; start < pointCount; start += 500) {
    await logLoss(
      workspace,
      first,
      Array.from({ length: 500 }, (_, index) => Math.sin(start + index)),
      start,
    )
  }
  const rest = opened.move()
  return {
    workspace,
    client,
    runIds,
    first,
    experimentIds: [experimentId],
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

type Scene = Awaited<ReturnType<typeof openWithRuns>>

/** Logs values at steps from `start` on, as an MLflow client sends them. */
async function logLoss(workspace: TestWorkspace, runId: RunId, values: readonly number[], start = 0): Promise<void> {
  const { port, token } = workspace.engineFile()
  const metrics = values.map((value, index) => ({
    key: 'loss',
    value,
    timestamp: 1000 + start + index,
    step: start + index,
  }))
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/log-batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ run_id: runId, metrics }),
  })
  assert.equal(response.status, 200, await response.text())
}

function loadPage({ client, experimentIds }: Scene, offset: number) {
  const order = [{ column: loss, descending: false }]
  return client.call('table/rows', { experimentIds, columns: [loss], order, offset, limit: pageLength })
}

async function killEngine(workspace: TestWorkspace, client: Client): Promise<void> {
  const { pid } = workspace.engineFile()
  process.kill(pid, 'SIGKILL')
  const { pid: next } = await client.call('engine/status', {})
  assert.notEqual(next, pid)
}

describe('a comparison under way', { timeout: 300_000 }, () => {
  it('goes on page by page, and curve by curve, when the engine was killed in the middle', async () => {
    await using scene = await openWithRuns()
    const { client, workspace, first } = scene
    const curves = [{ runId: first, key: 'loss' }]
    const window = () => client.call('curves/window', { curves, axis: 'step', buckets: 100 })
    const [whole, before, next] = [await window(), await loadPage(scene, 0), await loadPage(scene, pageLength)]

    await killEngine(workspace, client)
    assert.deepEqual(await loadPage(scene, pageLength), next)
    assert.deepEqual(await loadPage(scene, 0), before)
    assert.deepEqual(await window(), whole)

    await killEngine(workspace, client)
    await logLoss(workspace, first, [7], 9000)
    const tails = await client.call('curves/tail', { curves, cursors: [...whole.cursors], axis: 'step', cellWidth: 0 })
    assert.deepEqual([[...tails.kinds], [...tails.starts], [...tails.lasts]], [[tailKinds.goesOn], [9000], [7]])
  })

  it('says truly what is there when a run was deleted in the middle', async () => {
    await using scene = await openWithRuns()
    const { client, runIds } = scene
    const page = await loadPage(scene, 0)
    const deleted = page.rows[5]?.runId ?? assert.fail()
    const curves = [{ runId: deleted, key: 'loss' }]
    const whole = await client.call('curves/window', { curves, axis: 'step', buckets: 100 })
    await client.call('runs/delete', { runIds: [deleted] })

    const after = await loadPage(scene, 0)
    assert.equal(after.total, runCount - 1)
    assert.ok(after.rows.every(({ runId }) => runId !== deleted))
    const last = await loadPage(scene, runCount)
    assert.deepEqual([last.rows, last.total], [[], runCount - 1])

    // Its curve stays where it is shown, until the view leaves it out; restoring brings the run back as it was.
    assert.deepEqual(await client.call('curves/window', { curves, axis: 'step', buckets: 100 }), whole)
    await client.call('runs/restore', { runIds: [deleted] })
    assert.deepEqual(await loadPage(scene, 0), page)

    const nobody = parseRunId('0'.repeat(32)) ?? assert.fail()
    const mixed = [
      { runId: nobody, key: 'loss' },
      { runId: runIds[1] ?? nobody, key: 'nowhere' },
    ]
    const { curves: found } = await client.call('curves/window', { curves: mixed, axis: 'step', buckets: 100 })
    assert.deepEqual(found, [{ kind: 'missing' }, { kind: 'missing' }])
    await assert.rejects(client.call('runs/get', { runId: nobody }), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
