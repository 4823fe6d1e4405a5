import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openPostgresServer, whyNoPostgres } from '../servers/postgres.ts'
import { until } from '../until.ts'
import { ask, openSharedServers, type SharedServer } from './shared-servers.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const clientCount = 64
const readerCount = 8
/** Of servers, and of the database. */
const kills = isLong ? 20 : 2
const durationMs = 600_000
/** Requests that are answered between two kills, where they are not spread over the time. */
const answersBetween = 200
const metricsPerBatch = 10

/** Why clients stop that nobody looks at any more. */
const failed = new Error('The test has failed.')

/** What 64 clients have sent and been answered. */
interface Written {
  /** The last step of each run, all of which were acknowledged. */
  readonly steps: Map<string, number>
  readonly acknowledgedNames: Set<string>
  readonly doubtfulNames: Set<string>
  /** Milliseconds that acknowledged batches took, tries before included. */
  readonly latencies: number[]
}

/**
 * A program that logs: a batch is sent until it is acknowledged, as MLflow's client does. A run is created once: whether
 * it is there when there was no answer is not known, but it may not be there twice.
 */
async function work(
  server: SharedServer,
  client: number,
  { written, signal }: { written: Written; signal: AbortSignal },
): Promise<void> {
  const create = async (name: string): Promise<string | undefined> => {
    const answer = await ask(server, 'runs/create', { experiment_id: '0', run_name: name }).catch(() => undefined)
    if (answer?.status !== 200) {
      written.doubtfulNames.add(name)
      return undefined
    }
    written.acknowledgedNames.add(name)
    const { run } = answer.json as { run: { info: { run_id: string } } }
    return run.info.run_id
  }
  let runId: string | undefined
  for (let tries = 0; runId === undefined; tries++) runId = await create(`client ${client}, try ${tries}`)
  for (let step = 0; !signal.aborted; step++) {
    if (step % 10 === 9) await create(`client ${client}, step ${step}`)
    const metrics = Array.from({ length: metricsPerBatch }, (_, index) => ({
      key: `metric ${index}`,
      value: step + index / 100,
      timestamp: 1_700_000_000_000 + step,
      step,
    }))
    const startedAt = performance.now()
    for (;;) {
      const answer = await ask(server, 'runs/log-batch', { run_id: runId, metrics }).catch(() => undefined)
      if (answer?.status === 200) break
      assert.ok(answer === undefined || answer.status === 503, JSON.stringify(answer))
      // Servers that a failed test has ended answer no more.
      if (signal.reason === failed) return
      await delay(50)
    }
    written.latencies.push(performance.now() - startedAt)
    written.steps.set(runId, step)
  }
}

/** Points of a metric, by their steps; undefined when there is no answer. */
async function readSteps({ url, token }: SharedServer, runId: string, key: string): Promise<number[] | undefined> {
  const route = `${url}/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}`
  try {
    const answer = await fetch(route, { headers: { authorization: `Bearer ${token}` } })
    if (answer.status === 503) return undefined
    assert.equal(answer.status, 200)
    const { metrics } = (await answer.json()) as { metrics: { step: number }[] }
    return metrics.map(({ step }) => Number(step))
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return undefined
  }
}

/** Looks at one run after the other, and at the list of them: what was acknowledged is there at once, and once. */
async function read(
  server: SharedServer,
  reader: number,
  { written, signal }: { written: Written; signal: AbortSignal },
): Promise<number> {
  let answers = 0
  for (let turn = reader; !signal.aborted; turn++) {
    const known = [...written.steps]
    const [runId, last] = known[turn % known.length] ?? []
    if (runId === undefined || last === undefined) {
      await delay(20)
      continue
    }
    const steps = await readSteps(server, runId, `metric ${turn % metricsPerBatch}`)
    const listed = await ask(server, 'runs/search', { experiment_ids: ['0'], max_results: 20 }).catch(() => undefined)
    if (listed !== undefined) assert.ok([200, 503].includes(listed.status), JSON.stringify(listed))
    if (steps === undefined) {
      await delay(50)
      continue
    }
    assert.ok(steps.length > last, `step ${last} was acknowledged before, and ${steps.length} points are there`)
    assert.ok(steps.every((step, index) => step === index))
    answers += 1
  }
  return answers
}

async function listAll(server: SharedServer, route: string, field: string, query: object): Promise<unknown[]> {
  const all: unknown[] = []
  for (let pageToken: unknown; ;) {
    const page = pageToken === undefined ? query : { ...query, page_token: pageToken }
    const { status, json } = await ask(server, route, page)
    assert.equal(status, 200, JSON.stringify(json))
    if (Array.isArray(json[field])) all.push(...json[field])
    pageToken = json['next_page_token']
    if (pageToken === undefined || pageToken === '') return all
  }
}

async function check(server: SharedServer, { steps, acknowledgedNames, doubtfulNames }: Written): Promise<void> {
  const query = { experiment_ids: ['0'], max_results: 1000 }
  const runs = (await listAll(server, 'runs/search', 'runs', query)) as { info: { run_name: string } }[]
  const names = Map.groupBy(runs, ({ info }) => info.run_name)
  for (const name of acknowledgedNames) assert.equal(names.get(name)?.length, 1, `acknowledged: ${name}`)
  for (const [name, found] of names) {
    assert.equal(found.length, 1, `doubled: ${name}`)
    assert.ok(acknowledgedNames.has(name) || doubtfulNames.has(name), `never sent: ${name}`)
  }
  for (const [runId, last] of steps) {
    for (const key of ['metric 0', `metric ${metricsPerBatch - 1}`]) {
      const steps = await readSteps(server, runId, key)
      assert.deepEqual(
        steps,
        Array.from({ length: last + 1 }, (_, step) => step),
      )
    }
  }
}

function describeLatencies(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)} ms`
  return `${sorted.length} batches; median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`
}

describe('servers on one database', { skip: whyNoPostgres, timeout: 1_200_000 }, () => {
  it(`lose and double nothing of ${clientCount} clients, while ${readerCount} read, when a server or the database is killed (${kills} times each)`, async (test) => {
    await using postgres = await openPostgresServer()
    await using shared = await openSharedServers(postgres.url, 2)
    const { servers } = shared
    const [first] = servers
    assert.ok(first !== undefined)
    const written: Written = {
      steps: new Map(),
      acknowledgedNames: new Set(),
      doubtfulNames: new Set(),
      latencies: [],
    }
    const stopping = new AbortController()
    const { signal } = stopping
    const startedAt = performance.now()
    const serverOf = (index: number) => servers[index % servers.length] ?? first
    const reading = Promise.all(
      Array.from({ length: readerCount }, (_, reader) => read(serverOf(reader), reader, { written, signal })),
    )
    const working = Promise.all(
      Array.from({ length: clientCount }, (_, client) => work(serverOf(client), client, { written, signal })),
    )
    async function disturb(): Promise<void> {
      for (let kill = 0; kill < 2 * kills; kill++) {
        const seen = written.latencies.length
        if (isLong) await delay(durationMs / (2 * kills))
        await until(() => written.latencies.length >= seen + answersBetween, 300_000)
        if (kill % 2 === 0) await servers[(kill / 2) % servers.length]?.killAndReturn()
        else {
          await postgres.kill9()
          await postgres.start()
        }
      }
      const seen = written.latencies.length
      await until(() => written.latencies.length >= seen + answersBetween, 300_000)
    }
    try {
      await Promise.race([disturb(), working, reading])
      stopping.abort()
    } finally {
      stopping.abort(failed)
    }
    await working
    const answers = await reading
    for (const [reader, count] of answers.entries()) assert.ok(count > 0, `reader ${reader} read nothing`)
    const seconds = (performance.now() - startedAt) / 1000
    await check(first, written)
    const { latencies, acknowledgedNames, doubtfulNames } = written
    const rate = Math.round((latencies.length * metricsPerBatch) / seconds)
    test.diagnostic(
      `log-batch of ${metricsPerBatch}: ${describeLatencies(latencies)}; ${rate} points a second, kills included; ` +
        `${answers.reduce((sum, count) => sum + count, 0)} histories read meanwhile; ${acknowledgedNames.size} runs created, ${doubtfulNames.size} of unknown outcome`,
    )
  })
})
