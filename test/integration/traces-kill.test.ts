import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'
import { keepEngineAlive } from './keep-engine-alive.ts'
import { sendWithKill } from './send-with-kill.ts'

const killCount = process.env['RUNWRIGHT_LONG_TESTS'] === '1' ? 20 : 5
const exportsPerKill = 100
const spansPerExport = 3

describe('kill -9 of the engine under programs that send spans', { timeout: 300_000 }, () => {
  it(`loses no span that was acknowledged and keeps no half of an export (${killCount} times)`, async (test) => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    await client.call('engine/status', {})
    using _watch = keepEngineAlive(client)
    const acknowledged = new Set<number>()
    for (let round = 0; round < killCount; round++) {
      const killAfter = Math.floor(((round + 0.5) / killCount) * exportsPerKill)
      const first = round * 100 * exportsPerKill
      const send = (number: number) => sendSpans(workspace, number)
      await sendWithKill({ workspace, client, first, count: exportsPerKill, killAfter, acknowledged, send })
    }

    const stored = new Set<number>()
    for (const trace of new Set([...acknowledged].map(traceOf))) {
      for (const [number, count] of await readExports(workspace, trace)) {
        assert.equal(count, spansPerExport, `export ${number} is there by half`)
        stored.add(number)
      }
    }
    assert.deepEqual([...acknowledged.difference(stored)], [], 'acknowledged exports are missing')
    assert.ok(acknowledged.size >= killCount * exportsPerKill)
    test.diagnostic(
      `${acknowledged.size} exports acknowledged, ${stored.size - acknowledged.size} more stored unanswered`,
    )
  })
})

/** Ten exports are of one trace, none of which has ended. */
function traceOf(number: number): number {
  return Math.floor(number / 10) + 1
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')

/** Whether the export was acknowledged. */
async function sendSpans(workspace: TestWorkspace, number: number): Promise<boolean> {
  const spans = Array.from({ length: spansPerExport }, (_, index) => ({
    traceId: hex(traceOf(number), 32),
    spanId: hex(number * spansPerExport + index + 1, 16),
    // The span that they are below never comes.
    parentSpanId: 'f'.repeat(16),
    name: `export ${number}`,
    startTimeUnixNano: '1700000000000000000',
    attributes: [{ key: 'filling', value: { stringValue: 'x'.repeat(500) } }],
  }))
  try {
    const answer = await ask(workspace, '/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] })
    assert.equal(answer.status, 200, await answer.text())
    return true
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return false
  }
}

/** How many spans of each export a trace has. */
async function readExports(workspace: TestWorkspace, trace: number): Promise<ReadonlyMap<number, number>> {
  const query = `trace_id=tr-${hex(trace, 32)}&allow_partial=true`
  const answer = await ask(workspace, `/api/3.0/mlflow/traces/get?${query}`)
  assert.equal(answer.status, 200)
  const { trace: read } = JSON.parse(await answer.text())
  assert.equal(read.trace_info.state, 'IN_PROGRESS')
  const counts = new Map<number, number>()
  for (const { name } of read.spans) {
    const number = Number(String(name).slice('export '.length))
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  return counts
}

function ask(workspace: TestWorkspace, path: string, body?: object): Promise<Response> {
  const { port, token } = workspace.engineFile()
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-mlflow-experiment-id': '0',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
