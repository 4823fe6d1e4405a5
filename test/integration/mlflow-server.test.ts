import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createMlflowClient } from '../../src/client/mlflow-client.ts'
import type { MlflowServer } from '../../src/client/mlflow-client.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { ChangeEvent } from '../../src/protocol/events.ts'
import type { ExperimentId, RunId } from '../../src/protocol/ids.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import type { RunningServer } from '../servers/mlflow-server.ts'
import { findTestPython } from '../servers/test-python.ts'

const startTime = 1_700_000_000_000

function connect(url: string, options: Partial<MlflowServer> = {}): Client {
  return createMlflowClient({ url, pollMs: 50, now: () => startTime + 5000, ...options })
}

/** Matches a RunwrightError by its code and by what a reader is told. */
function fails(code: ErrorCode, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunwrightError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(`${error.message} ${error.hint ?? ''}`, pattern)
    return true
  }
}

describe('an MLflow server as a client', () => {
  let folder: string
  let server: RunningServer
  let client: Client

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-mlflow-'))
    server = await openMlflowServer({ python: findTestPython(process.env), folder })
    client = connect(server.url)
  })

  after(async () => {
    await client?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const ensure = async (name: string): Promise<ExperimentId> =>
    (await client.call('experiments/ensure', { name })).experiment.experimentId

  const start = async (experimentId: ExperimentId, name: string): Promise<RunId> =>
    (await client.call('runs/start', { experimentId, name })).run.runId

  it('lists experiments with their runs counted, the one changed last first', async () => {
    const first = await ensure('counted first')
    const second = await ensure('counted second')
    await start(first, 'a')
    const ended = await start(second, 'b')
    await client.call('runs/end', { runId: ended, status: 'FINISHED' })
    await start(second, 'c')
    const { experiments } = await client.call('experiments/list', {})
    const counted = experiments.filter(({ name }) => name.startsWith('counted'))
    assert.deepEqual(
      counted.map(({ name, runCount, activeRunCount }) => [name, runCount, activeRunCount]),
      [
        ['counted second', 2, 1],
        ['counted first', 1, 1],
      ],
    )
  })

  it('ensures an experiment by making it once', async () => {
    assert.equal(await ensure('ensured'), await ensure('ensured'))
  })

  it('renames, tags, deletes and restores experiments', async () => {
    const experimentId = await ensure('before')
    await client.call('experiments/rename', { experimentId, name: 'after' })
    await client.call('experiments/set-tag', { experimentId, key: 'team', value: 'vision' })
    await client.call('experiments/delete', { experimentId })
    const list = async (view: 'ACTIVE_ONLY' | 'DELETED_ONLY') =>
      (await client.call('experiments/list', { view })).experiments.find((one) => one.experimentId === experimentId)
    const deleted = await list('DELETED_ONLY')
    assert.deepEqual([deleted?.name, deleted?.lifecycleStage], ['after', 'deleted'])
    assert.deepEqual(deleted?.tags, [{ key: 'team', value: 'vision' }])
    assert.equal(await list('ACTIVE_ONLY'), undefined)
    await assert.rejects(ensure('after'), fails('RESOURCE_ALREADY_EXISTS', /is deleted\. Restore it/))
    await client.call('experiments/restore', { experimentId })
    assert.equal((await list('ACTIVE_ONLY'))?.name, 'after')
  })

  it('lists runs filtered, ordered and in pages, with the columns asked for', async () => {
    const experimentId = await ensure('listed')
    for (const [name, accuracy] of Object.entries({ low: 0.5, high: 0.9, middle: 0.7, none: Number.NaN })) {
      const runId = await start(experimentId, name)
      const value = Number.isNaN(accuracy) ? 'NaN' : accuracy
      await server.post('runs/log-batch', {
        run_id: runId,
        metrics: [{ key: 'accuracy', value, timestamp: startTime, step: 0 }],
        params: [{ key: 'depth', value: name }],
      })
    }
    const query = {
      experimentIds: [experimentId],
      filter: 'metrics.accuracy > 0.1',
      orderBy: ['metrics.accuracy DESC'],
      columns: [
        { kind: 'metric', key: 'accuracy' },
        { kind: 'param', key: 'depth' },
        { kind: 'tag', key: 'absent' },
      ],
      limit: 2,
    } as const
    const page = await client.call('runs/list', query)
    assert.deepEqual(
      page.runs.map(({ name, values }) => [name, ...values]),
      [
        ['high', 0.9, 'high', null],
        ['middle', 0.7, 'middle', null],
      ],
    )
    assert.deepEqual([page.total, page.totalIsAtLeast], [3, true])
    assert.ok(page.nextPageToken !== undefined)
    const last = await client.call('runs/list', { ...query, pageToken: page.nextPageToken })
    assert.deepEqual(
      last.runs.map(({ name }) => name),
      ['low'],
    )
    assert.deepEqual([last.total, last.totalIsAtLeast, last.nextPageToken], [3, undefined, undefined])

    const all = await client.call('runs/list', { experimentIds: [experimentId], columns: query.columns })
    assert.deepEqual(all.runs.find(({ name }) => name === 'none')?.values, [Number.NaN, 'none', null])
  })

  it('passes on what the server says about a filter it cannot read', async () => {
    const experimentIds = [await ensure('refused')]
    const call = client.call('runs/list', { experimentIds, filter: 'metrics.accuracy >' })
    await assert.rejects(call, fails('INVALID_PARAMETER_VALUE', /metrics\.accuracy >|Invalid clause/))
  })

  it('tells the keys of an experiment and its headline metric', async () => {
    const experimentId = await ensure('keyed')
    const { run } = await client.call('runs/start', {
      experimentId,
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'team', value: 'vision' }],
    })
    const points = ['zeta', 'val_loss'].map((key) => ({ key, value: 1, timestamp: startTime, step: 0 }))
    await server.post('runs/log-batch', { run_id: run.runId, metrics: points })
    const keys = await client.call('experiments/keys', { experimentId })
    assert.deepEqual([keys.metrics, keys.params], [['val_loss', 'zeta'], ['depth']])
    assert.ok(keys.tags.includes('team'))
    assert.deepEqual(keys.headline, { key: 'val_loss', goal: 'minimize' })
  })

  it('gives a run as it was logged', async () => {
    const experimentId = await ensure('read back')
    const runId = await start(experimentId, 'whole')
    await server.post('runs/log-batch', {
      run_id: runId,
      metrics: [
        { key: 'loss', value: 2, timestamp: startTime, step: 1 },
        { key: 'loss', value: 1, timestamp: startTime + 1, step: 2 },
      ],
      params: [{ key: 'rate', value: '0.1' }],
    })
    const dataset = { name: 'digits', digest: 'abc', source_type: 'local', source: '{}', schema: '{"columns":1}' }
    await server.post('runs/log-inputs', {
      run_id: runId,
      datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'train' }] }],
    })
    await client.call('runs/set-tag', { runId, key: 'note', value: 'kept' })
    await client.call('runs/set-tag', { runId, key: 'draft', value: 'yes' })
    await client.call('runs/delete-tag', { runId, key: 'draft' })
    await assert.rejects(
      client.call('runs/delete-tag', { runId, key: 'draft' }),
      fails('RESOURCE_DOES_NOT_EXIST', /draft/),
    )
    await client.call('runs/rename', { runId, name: 'renamed' })
    await client.call('runs/end', { runId, status: 'FAILED', tags: [{ key: 'exit', value: '3' }] })
    const { run } = await client.call('runs/get', { runId })
    assert.deepEqual(
      [run.name, run.status, run.startTime, run.endTime, run.lifecycleStage],
      ['renamed', 'FAILED', startTime + 5000, startTime + 5000, 'active'],
    )
    assert.deepEqual(run.metrics, [{ key: 'loss', value: 1, timestamp: startTime + 1, step: 2 }])
    assert.deepEqual(run.params, [{ key: 'rate', value: '0.1' }])
    const tags = new Map(run.tags.map(({ key, value }) => [key, value]))
    assert.deepEqual([tags.get('note'), tags.get('exit'), tags.get('draft')], ['kept', '3', undefined])
    const { name, digest, schema } = run.datasets[0]?.dataset ?? {}
    assert.deepEqual([name, digest, schema], ['digits', 'abc', '{"columns":1}'])
    assert.deepEqual(run.datasets[0]?.tags, [{ key: 'mlflow.data.context', value: 'train' }])
  })

  it('deletes and restores runs', async () => {
    const experimentId = await ensure('deleted runs')
    const runIds = [await start(experimentId, 'a'), await start(experimentId, 'b')]
    await client.call('runs/delete', { runIds })
    const count = async () => (await client.call('runs/list', { experimentIds: [experimentId] })).total
    assert.equal(await count(), 0)
    await client.call('runs/restore', { runIds })
    assert.equal(await count(), 2)
  })

  it('says that a run has no supervisor to stop it', async () => {
    const runId = await start(await ensure('stopped'), 'a')
    assert.deepEqual(await client.call('runs/stop', { runId }), { outcome: 'unsupervised' })
    await client.call('runs/end', { runId, status: 'KILLED' })
    assert.deepEqual(await client.call('runs/stop', { runId }), { outcome: 'already-ended' })
  })

  it('gives histories in step order and sparklines with first and last', async () => {
    const runId = await start(await ensure('series'), 'a')
    const steps = Array.from({ length: 500 }, (_, index) => 499 - index)
    const metrics = steps.map((step) => ({ key: 'loss', value: step / 2, timestamp: startTime, step }))
    await server.post('runs/log-batch', { run_id: runId, metrics })
    const { points } = await client.call('metrics/history', { runId, key: 'loss' })
    assert.deepEqual(
      points.map(({ step }) => step),
      steps.toReversed(),
    )
    const { series } = await client.call('metrics/sparklines', { runId, points: 10 })
    assert.equal(series.length, 1)
    const values = series[0]?.values ?? []
    assert.ok(values.length <= 10 && values.length > 5, `${values.length} values`)
    assert.deepEqual([values[0], values.at(-1)], [0, 249.5])
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    )
  })

  it('stores, lists and downloads artifacts', async () => {
    const runId = await start(await ensure('artifacts'), 'a')
    const bytes = crypto.getRandomValues(new Uint8Array(50_000))
    await client.upload(runId, 'plots/a b+ü.png', bytes)
    await client.upload(runId, 'log.txt', new Blob(['one\n', 'two\n']).stream())
    const list = async (path?: string) =>
      (await client.call('artifacts/list', path === undefined ? { runId } : { runId, path })).entries
    assert.deepEqual(await list(), [
      { path: 'log.txt', isDirectory: false, sizeBytes: 8 },
      { path: 'plots', isDirectory: true },
    ])
    assert.deepEqual(await list('plots'), [{ path: 'plots/a b+ü.png', isDirectory: false, sizeBytes: 50_000 }])
    const stored = await new Response(await client.download(runId, 'plots/a b+ü.png')).bytes()
    assert.deepEqual(stored, bytes)
    assert.equal(await new Response(await client.download(runId, 'log.txt')).text(), 'one\ntwo\n')
    await assert.rejects(client.download(runId, 'absent'), fails('RESOURCE_DOES_NOT_EXIST', /absent|exist/i))
  })

  it('tells what another client changes', async () => {
    const experimentId = await ensure('watched')
    const runId = await start(experimentId, 'a')
    const stop = new AbortController()
    const events = client.events(stop.signal)[Symbol.asyncIterator]()
    const next = async (): Promise<ChangeEvent | undefined> => (await events.next()).value?.event
    assert.deepEqual(await next(), { kind: 'reset' })

    const point = { key: 'loss', value: 0.5, timestamp: startTime, step: 3 }
    await server.post('runs/log-batch', { run_id: runId, metrics: [point] })
    assert.deepEqual(await next(), { kind: 'metrics', experimentId, runId, latest: [point] })
    await server.post('runs/set-tag', { run_id: runId, key: 'note', value: 'new' })
    assert.deepEqual(await next(), { kind: 'run', experimentId, runId })
    await server.post('runs/delete', { run_id: runId })
    assert.deepEqual(await next(), { kind: 'run', experimentId, runId })
    await server.post('experiments/set-experiment-tag', { experiment_id: experimentId, key: 'team', value: 'vision' })
    assert.deepEqual(await next(), { kind: 'experiment', experimentId })

    const ended = next()
    stop.abort()
    assert.equal(await ended, undefined)
  })

  it('says what it cannot do', async () => {
    await assert.rejects(client.call('engine/status', {}), fails('NOT_IMPLEMENTED', /engine\/status.*runwright server/))
  })

  it('gives up a request with its caller', async () => {
    const experimentIds = [await ensure('given up')]
    await assert.rejects(
      client.call('runs/list', { experimentIds }, { signal: AbortSignal.abort() }),
      fails('CANCELLED', /given up/),
    )
  })

  describe('behind a proxy', () => {
    /** Lets requests through to the server once `admit` has not answered them itself. */
    async function openProxy(admit: (...exchange: Parameters<RequestListener>) => boolean) {
      const proxy = createServer((request, response) => {
        if (!admit(request, response)) return
        const { method, url, headers } = request
        const type = headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }
        // Buffered: MLflow's server takes a body without a length for an empty one.
        void buffer(request)
          .then((body) =>
            fetch(`${server.url}${url}`, {
              method: method ?? 'GET',
              headers: type,
              ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
            }),
          )
          .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
          .catch(() => response.destroy())
      }).listen(0, '127.0.0.1')
      await once(proxy, 'listening')
      const address = proxy.address()
      assert.ok(typeof address === 'object' && address !== null)
      return {
        url: `http://127.0.0.1:${address.port}`,
        async [Symbol.asyncDispose]() {
          proxy.closeAllConnections()
          proxy.close()
          await once(proxy, 'close')
        },
      }
    }

    const demand = (authorization: string) =>
      openProxy((request, response) => {
        if (request.headers.authorization === authorization) return true
        response.writeHead(401, { 'www-authenticate': 'Basic realm="mlflow"' }).end('You are not authenticated.')
        return false
      })

    it('sends a token', async () => {
      await using proxy = await demand('Bearer secret')
      await using known = connect(proxy.url, { credentials: { token: 'secret' } })
      assert.ok((await known.call('experiments/list', {})).experiments.length > 0)
      assert.deepEqual(await known.tracking(), { uri: proxy.url, token: 'secret' })
    })

    it('sends a user name and password, given beside the address or in it', async () => {
      await using proxy = await demand(`Basic ${Buffer.from('ada:pä:ss').toString('base64')}`)
      await using known = connect(proxy.url, { credentials: { username: 'ada', password: 'pä:ss' } })
      assert.ok((await known.call('experiments/list', {})).experiments.length > 0)
      await using inAddress = connect(proxy.url.replace('//', '//ada:p%C3%A4%3Ass@'))
      assert.ok((await inAddress.call('experiments/list', {})).experiments.length > 0)
      assert.equal((await inAddress.tracking()).uri, proxy.url)
    })

    it('says that it must be told who is asking', async () => {
      await using proxy = await demand('Bearer secret')
      await using unknown = connect(proxy.url, { credentials: { token: 'wrong' } })
      await assert.rejects(unknown.call('experiments/list', {}), (error) => {
        assert.ok(!JSON.stringify(error).includes('wrong'))
        return fails('UNAUTHENTICATED', /token, or with a user name/)(error)
      })
    })

    it('follows a redirect within the server', async () => {
      await using proxy = await openProxy((request, response) => {
        if (request.url?.startsWith('/new') === true) {
          request.url = request.url.slice('/new'.length)
          return true
        }
        response.writeHead(308, { location: `/new${request.url}` }).end()
        return false
      })
      await using moved = connect(proxy.url, { credentials: { token: 'secret' } })
      assert.ok((await moved.call('experiments/list', {})).experiments.length > 0)
    })

    it('sends no credentials after a redirect to another server', async () => {
      let reached = false
      await using other = await openProxy((_, response) => {
        reached = true
        response.end('{}')
        return false
      })
      await using proxy = await openProxy((request, response) => {
        response.writeHead(307, { location: `${other.url}${request.url}` }).end()
        return false
      })
      await using known = connect(proxy.url, { credentials: { token: 'secret' } })
      await assert.rejects(
        known.call('experiments/list', {}),
        fails('ENGINE_UNREACHABLE', /redirects to .*credentials/),
      )
      assert.equal(reached, false)
    })

    it('names a server that is none of MLflow’s', async () => {
      await using site = await openProxy((_, response) => {
        response.end('<!doctype html><title>Log in</title>')
        return false
      })
      await using lost = connect(site.url)
      await assert.rejects(lost.call('experiments/list', {}), fails('INTERNAL_ERROR', /not as an MLflow server/))
    })

    it('goes on watching after the server was away', async () => {
      let away = true
      await using proxy = await openProxy((_, response) => {
        if (away) response.writeHead(502).end('<h1>Bad gateway</h1>')
        return !away
      })
      await using patient = connect(proxy.url)
      const stop = new AbortController()
      const first = patient.events(stop.signal)[Symbol.asyncIterator]().next()
      await assert.rejects(patient.call('experiments/list', {}), fails('INTERNAL_ERROR', /answered 502/))
      away = false
      assert.deepEqual((await first).value?.event, { kind: 'reset' })
      stop.abort()
    })
  })

  it('names the address where nothing listens', async () => {
    await using absent = connect('http://127.0.0.1:1/mlflow/')
    const pattern = /http:\/\/127\.0\.0\.1:1\/mlflow cannot be reached.*that the server is running/
    await assert.rejects(absent.call('experiments/list', {}), fails('ENGINE_UNREACHABLE', pattern))
  })

  it('takes no address that is none', () => {
    for (const url of ['', 'localhost:5000', 'ftp://example.com']) {
      assert.throws(() => connect(url), fails('INVALID_PARAMETER_VALUE', /http:\/\/127\.0\.0\.1:5000/))
    }
  })
})
