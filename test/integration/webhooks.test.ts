import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../until.ts'
import { openTestEngine, token } from './engine-in-process.ts'
import { createTestWorkspace, engineCommand, type TestWorkspace } from './engine-workspace.ts'
import { keepEngineAlive } from './keep-engine-alive.ts'
import { sendWithKill } from './send-with-kill.ts'

/** What MLflow's server has for it; so has the engine. */
const privateNetwork = { MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https', MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true' }

const killCount = process.env['RUNWRIGHT_LONG_TESTS'] === '1' ? 20 : 3

describe('webhooks', { timeout: 300_000 }, () => {
  it('are sent what MLflow’s server sends, signed alike', async () => {
    const python = findTestPython(process.env)
    const folder = await mkdtemp(join(tmpdir(), 'runwright-webhooks-'))
    await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
    await using server = await openMlflowServer({ python, folder, env: privateNetwork })
    await using engine = await openTestEngine({ webhooks: { schemes: ['http'], allowsPrivate: true } })
    const run = (receiver: { uri: string; token?: string }) =>
      runPython({ python, script: 'receive_webhooks.py', folder, server: receiver })
    const [theirs, ours] = await Promise.all([run({ uri: server.url }), run({ uri: engine.engine.trackingUri, token })])
    assert.deepEqual(ours, theirs)
    assert.match(engine.errors.join('\n'), /^webhook \S+ refuses a delivery, which is given up: it answered 410$/)
    const { told, signed } = ours
    assert.ok(Array.isArray(told) && told.length > 10 && Array.isArray(signed) && signed.every(Boolean))
  })

  it(`lose nothing that was acknowledged when the engine is killed (${killCount} times)`, async (test) => {
    await using told = await openToldWorkspace()
    const { receiver, workspace, client } = told
    const acknowledged = new Set<number>()
    for (let round = 0; round < killCount; round++) {
      const send = (number: number) => post(workspace, 'registered-models/create', { name: `model ${number}` })
      const killAfter = Math.floor(((round + 0.5) / killCount) * 20)
      await sendWithKill({ workspace, client, first: round * 1000, count: 20, killAfter, acknowledged, send })
    }
    const missing = () => [...acknowledged].filter((number) => !receiver.ids.has(`model ${number}`))
    await until(() => missing().length === 0, 120_000)
    const repeated = [...receiver.ids.values()].filter(({ length }) => length > 1)
    assert.ok(
      repeated.every((ids) => new Set(ids).size === 1),
      'a repetition has the id of the first',
    )
    test.diagnostic(`${acknowledged.size} changes told of, ${repeated.length} of them more than once`)
  })

  it('that were on their way when the engine was killed are sent again', async () => {
    await using told = await openToldWorkspace()
    const { receiver, workspace } = told
    receiver.hold()
    assert.ok(await post(workspace, 'registered-models/create', { name: 'held' }))
    await until(() => receiver.ids.has('held'))
    process.kill(workspace.engineFile().pid, 'SIGKILL')
    receiver.release()
    await until(() => (receiver.ids.get('held')?.length ?? 0) > 1, 60_000)
    assert.equal(new Set(receiver.ids.get('held')).size, 1)
  })
})

/** A workspace whose engine comes back, with a receiver that is told of new models. */
async function openToldWorkspace(): Promise<
  { receiver: Receiver; workspace: TestWorkspace; client: Client } & AsyncDisposable
> {
  await using opened = new AsyncDisposableStack()
  const receiver = opened.use(await openReceiver())
  const workspace = opened.use(await createTestWorkspace())
  const client = opened.use(await workspace.connect({ command: { ...engineCommand(), env: privateNetwork } }))
  await client.call('engine/status', {})
  opened.use(keepEngineAlive(client))
  const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }]
  assert.ok(await post(workspace, 'webhooks', { name: 'all', url: receiver.url, events, secret: 's' }))
  const closing = opened.move()
  return { receiver, workspace, client, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}

/** Whether it was acknowledged. */
async function post(workspace: TestWorkspace, route: string, body: object): Promise<boolean> {
  try {
    const file = workspace.engineFile()
    const answer = await fetch(`http://127.0.0.1:${file.port}/api/2.0/mlflow/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${file.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.equal(answer.status, 200, await answer.text())
    return true
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return false
  }
}

interface Receiver extends AsyncDisposable {
  readonly url: string
  /** By the name of the model: the ids of the deliveries that told of it. */
  readonly ids: ReadonlyMap<string, readonly string[]>
  /** Answers nothing from now on. */
  hold(): void
  release(): void
}

async function openReceiver(): Promise<Receiver> {
  const ids = new Map<string, string[]>()
  let isHeld = false
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data } = JSON.parse((await buffer(request)).toString())
    const id = String(request.headers['x-mlflow-delivery-id'])
    ids.set(data.name, [...(ids.get(data.name) ?? []), id])
    if (!isHeld) response.end()
  }
  const server = createServer((request, response) => void receive(request, response).catch(() => response.destroy()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    url: `http://127.0.0.1:${address.port}/`,
    ids,
    hold: () => (isHeld = true),
    release: () => (isHeld = false),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
