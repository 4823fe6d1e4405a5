import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { dataFiles } from '../../src/protocol/data-folder.ts'
import { isErrorCode } from '../../src/protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import type { Shape } from '../../src/protocol/shape.ts'
import { scratchServerVariable } from '../../src/store/scratch-store.ts'
import { openTestEngine, type TestEngine, token } from './engine-in-process.ts'
import { findMisfit } from './find-misfit.ts'
import { type FuzzedRequest, type Known, listOperations, requestOf } from './fuzzed-requests.ts'
import { openStoreChanges, type StoreChanges } from './store-changes.ts'

/** The same requests in every run; in the long one others each time, and a failure tells its seed. */
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const rounds = isLong ? { numRuns: 300 } : { numRuns: 20, seed: 20_261_129 }

const isOnServer = process.env[scratchServerVariable] !== undefined
const noChanges: StoreChanges = { begin: () => {}, hasChanged: () => false, [Symbol.dispose]: () => {} }

/** Nothing takes so long on any machine; what hangs is told as that. */
const patienceMs = 60_000

const operations = await listOperations()

describe('a fuzzed request', () => {
  let engine: TestEngine
  let changes: StoreChanges
  let agent: http.Agent
  /** What one operation may have deleted, the next one makes anew. */
  let known: Known | undefined
  before(async () => {
    engine = await openTestEngine()
    // Only a file can be looked at after each request.
    changes = isOnServer ? noChanges : openStoreChanges(join(engine.dataFolder, dataFiles.store))
    agent = new http.Agent({ keepAlive: true })
  })
  after(async () => {
    await using _ended = engine
    agent.destroy()
    changes[Symbol.dispose]()
    assert.deepEqual(engine.errors, [])
  })

  for (const operation of operations) {
    const hasFiles = operation.path.includes('artifacts')
    it(`${operation.name} is answered as it is said to be, and changes nothing where it is refused`, async () => {
      const there = (known ??= await makeKnown(engine))
      if (operation.method !== 'GET') known = undefined
      await fc.assert(
        fc.asyncProperty(requestOf(operation, there), async (request) => {
          const files = hasFiles ? await countFiles(engine) : 0
          changes.begin()
          const answer = await send(engine, agent, request)
          if (answer === undefined) return
          checkAnswer(answer)
          if (answer.status < 400) return checkShape(answer, operation.answer)
          assert.ok(!changes.hasChanged(), 'it was refused, and the store has changed')
          if (hasFiles) assert.equal(await countFiles(engine), files, 'it was refused, and files have come or gone')
        }),
        rounds,
      )
    })
  }

  it('that unpacks to gigabytes is refused on every route that takes JSON', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    for (const { method, path, body, bodyType, name } of operations) {
      if (body === undefined || bodyType !== 'application/json' || name.startsWith('a call')) continue
      const request = { method, path: path.replaceAll(/\{\w+\}/g, 'x'), headers, body: bomb, missingBytes: 0 }
      const answer = await send(engine, agent, request)
      assert.equal(answer?.status, 400, name)
      checkAnswer(answer)
    }
  })

  it('for events begins a stream whatever its cursor is', async () => {
    const cursor = fc.oneof(fc.string(), fc.constantFrom('-1', 'x.1', '0.99999999999999999999', '\0'))
    await fc.assert(
      fc.asyncProperty(cursor, async (written) => {
        const path = `${paths.events}?cursor=${encodeURIComponent(written.toWellFormed())}`
        const { status, contentType } = await beginStream(engine, path)
        assert.deepEqual([status, contentType], [200, 'text/event-stream'])
      }),
      rounds,
    )
  })
})

interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly isSniffed: boolean
  readonly text: string
}

function checkShape({ contentType, text }: Answer, shape: Shape): void {
  if (contentType === 'application/json') assert.equal(findMisfit(JSON.parse(text), shape), undefined)
}

function checkAnswer({ status, contentType, isSniffed, text }: Answer): void {
  assert.ok(!isSniffed, 'the answer has no nosniff')
  if (status < 400) return
  const error = parseForeignJson(text)
  assert.ok(contentType === 'application/json' && isRecord(error), `${status} ${text}`)
  assert.ok(isErrorCode(error['error_code']) && typeof error['message'] === 'string', `${status} ${text}`)
  // MLflow's own words for two things that are not its client's fault.
  const isOnPurpose = error['error_code'] === 'INVALID_STATE' || error['error_code'] === 'NOT_IMPLEMENTED'
  assert.ok(status < 500 || isOnPurpose, `${status} ${text}`)
}

/** How many files and folders there are. */
async function countFiles({ dataFolder }: TestEngine): Promise<number> {
  const folders = [dataFiles.artifacts, dataFiles.uploads]
  const lists = await Promise.all(
    folders.map((folder) => readdir(join(dataFolder, folder), { recursive: true }).catch(() => [])),
  )
  return lists.flat().length
}

/** Undefined where the client went away before its request was whole. */
async function send(engine: TestEngine, agent: http.Agent, request: FuzzedRequest): Promise<Answer | undefined> {
  const { method, path, body, missingBytes } = request
  const length = body === undefined ? {} : { 'content-length': body.length + missingBytes }
  const headers = { authorization: `Bearer ${token}`, ...request.headers, ...length }
  const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>()
  const signal = AbortSignal.timeout(patienceMs)
  const isCut = missingBytes > 0
  const sent = http.request({ port: engine.engine.port, host: '127.0.0.1', method, path, headers, agent, signal })
  sent.once('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.once('error', reject)
    response.once('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers['content-type'],
        isSniffed: response.headers['x-content-type-options'] !== 'nosniff',
        text: Buffer.concat(chunks).toString('utf8'),
      }),
    )
  })
  sent.once('error', (error) => (isCut ? resolve(undefined) : reject(error)))
  if (isCut) sent.write(body ?? '', () => sent.destroy())
  else sent.end(body)
  return promise
}

function beginStream(engine: TestEngine, path: string): Promise<{ status?: number; contentType?: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status?: number; contentType?: string }>()
  const headers = { authorization: `Bearer ${token}` }
  const signal = AbortSignal.timeout(patienceMs)
  const request = http.get({ port: engine.engine.port, host: '127.0.0.1', path, headers, agent: false, signal })
  request.once('error', reject)
  request.once('response', ({ statusCode: status, headers: { 'content-type': contentType } }) => {
    request.off('error', reject).on('error', () => {})
    request.destroy()
    resolve({ ...(status === undefined ? {} : { status }), ...(contentType === undefined ? {} : { contentType }) })
  })
  return promise
}

let madeCount = 0

/** Things that are there, so that fuzzed requests get beyond the first check, by the fields that name them. */
async function makeKnown(engine: TestEngine): Promise<Known> {
  const suffix = String(madeCount++)
  const post = async (path: string, body: object): Promise<Record<string, Record<string, Record<string, unknown>>>> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await engine.send({ method: 'POST', path: `/api/${path}`, headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 200, `${path}: ${answer.text}`)
    return JSON.parse(answer.text)
  }
  const experiment = String(Object(await post('2.0/mlflow/experiments/create', { name: `e${suffix}` })).experiment_id)
  const { run } = await post('2.0/mlflow/runs/create', { experiment_id: experiment, start_time: 1 })
  const runId = run?.['info']?.['run_id']
  await post('2.0/mlflow/runs/log-batch', {
    run_id: runId,
    metrics: [1, 2, 3].map((step) => ({ key: 'a', value: step, step, timestamp: step })),
    params: [{ key: 'a', value: '1' }],
    tags: [{ key: 'a', value: 'b' }],
  })
  const file = `${experiment}/${String(runId)}/artifacts/a`
  await engine.send({ method: 'PUT', path: `/api/2.0/mlflow-artifacts/artifacts/${file}`, body: 'x' })
  const { model } = await post('2.0/mlflow/logged-models', { experiment_id: experiment, name: 'a' })
  const name = `m${suffix}`
  await post('2.0/mlflow/registered-models/create', { name })
  await post('2.0/mlflow/model-versions/create', { name, source: `runs:/${String(runId)}/a`, run_id: runId })
  await post('2.0/mlflow/registered-models/alias', { name, alias: 'a', version: '1' })
  const { dataset } = await post('3.0/mlflow/datasets/create', { name: `d${suffix}`, experiment_ids: [experiment] })
  const { trace } = await post('3.0/mlflow/traces', {
    trace: {
      trace_info: {
        trace_id: `tr-${suffix.padStart(32, '0')}`,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experiment } },
        request_time: '2024-01-01T00:00:00Z',
        state: 'OK',
      },
    },
  })
  const upload = await post(`2.0/mlflow-artifacts/mpu/create/${experiment}/${String(runId)}/artifacts`, { path: 'b' })
  const both = (snake: string, ...values: unknown[]) => [
    [snake, values],
    [snake.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), values],
  ]
  return Object.fromEntries([
    ...both('experiment_id', experiment, '0'),
    ...both('x-mlflow-experiment-id', experiment),
    ...both('run_id', runId),
    ...both('source_run_id', runId),
    ...both('model_id', Object(model?.['info']).model_id),
    ...both('dataset_id', Object(dataset).dataset_id),
    ...both('trace_id', Object(trace?.['trace_info']).trace_id),
    ...both('request_id', Object(trace?.['trace_info']).trace_id),
    ...both('upload_id', Object(upload).upload_id),
    ...both('name', name),
    ...both('version', '1', 1),
    ...both('alias', 'a'),
    ...both('key', 'a'),
    ...both('metric_key', 'a'),
    ...both('stage', 'Staging'),
    ...both('path', 'a', file),
    ...both('artifact_path', file),
    ...both('part', '1'),
    ...both('source', `runs:/${String(runId)}/a`),
    ...both('filter', "params.a = '1'", 'metrics.a > 1', "name = 'a'", "tags.a LIKE '%'"),
    ...both('order_by', 'metrics.a DESC', 'name', 'creation_time ASC'),
  ])
}
