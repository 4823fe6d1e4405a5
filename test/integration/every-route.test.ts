import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { recordOf } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import { openTestEngine, type TestAnswer, type TestEngine, type TestRequest } from './engine-in-process.ts'

const secret = 'not for you'
const json = { 'content-type': 'application/json' }

/** Every verb and path of the published document, those for MLflow's own pages too. */
async function listRoutes(): Promise<readonly { readonly method: string; readonly path: string }[]> {
  const text = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8')
  const items = recordOf(recordOf(JSON.parse(text))['paths'])
  return Object.entries(items).flatMap(([path, item]) => {
    const { $ref } = recordOf(item)
    const own = typeof $ref === 'string' ? recordOf(items[$ref.slice('#/paths/'.length).replaceAll('~1', '/')]) : item
    const verbs = Object.keys(recordOf(own)).filter((name) => name !== 'parameters')
    return verbs.map((verb) => ({ method: verb.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'x') }))
  })
}

const routes = await listRoutes()

/** What has gone wrong in other servers on the routes that came later. */
describe('every route', () => {
  let engine: TestEngine
  let outside: string
  let runId: string
  let modelId: string
  before(async () => {
    engine = await openTestEngine()
    outside = join(engine.dataFolder, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret'), secret)
    runId = Object(await made('runs/create', { experiment_id: '0' })).run.info.run_id
    modelId = Object(await made('logged-models', { experiment_id: '0', name: 'm' })).model.info.model_id
    const proxy = '/api/2.0/mlflow-artifacts/artifacts'
    for (const path of [`0/${runId}/artifacts/own.html`, `0/models/${modelId}/artifacts/own.html`]) {
      assert.equal((await engine.send({ method: 'PUT', path: `${proxy}/${path}`, body: 'own' })).status, 200)
      await symlink(outside, join(engine.dataFolder, 'artifacts', path, '..', 'link'))
    }
    await made('registered-models/create', { name: 'm' })
    await made('model-versions/create', { name: 'm', source: `models:/${modelId}`, model_id: modelId })
  })
  after(async () => {
    await using _ended = engine
    assert.deepEqual(engine.errors, [])
    assert.deepEqual(await readdir(outside), ['secret'])
  })

  const post = (path: string, body: object) =>
    engine.send({ method: 'POST', path, headers: json, body: JSON.stringify(body) })
  const call = (method: string, params: object) => post(paths.call, { method, params })

  async function made(route: string, body: object): Promise<unknown> {
    const { status, text } = await post(`/api/2.0/mlflow/${route}`, body)
    assert.equal(status, 200, text)
    return JSON.parse(text)
  }

  it('is behind the guard: token, Host, Origin and the type of the body', async () => {
    assert.ok(routes.length > 240)
    for (const { method, path } of routes) {
      const body = method === 'GET' ? {} : { body: '{}' }
      const statusOf = async (headers: TestRequest['headers']) =>
        (await engine.send({ method, path, headers: { ...json, ...headers }, ...body })).status
      const name = `${method} ${path}`
      if (path !== paths.hello) assert.equal(await statusOf({ authorization: undefined }), 401, name)
      assert.equal(await statusOf({ origin: 'https://evil.example' }), 403, name)
      assert.equal(await statusOf({ origin: 'null' }), 403, name)
      assert.equal(await statusOf({ host: 'evil.example' }), 403, name)
      if (method === 'GET' || method === 'PUT') continue
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        assert.equal(await statusOf({ 'content-type': type }), 400, name)
      }
    }
  })

  it('has no other verb than it says', async () => {
    const known = new Set(routes.map(({ method, path }) => `${method} ${path}`))
    for (const path of new Set(routes.map((route) => route.path))) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((verb) => !known.has(`${verb} ${path}`))) {
        const answer = await engine.send({ method, path, headers: json, ...(method === 'GET' ? {} : { body: '{}' }) })
        // A pattern may take what is another route's path for a name of its own.
        assert.ok([400, 404].includes(answer.status), `${method} ${path} ${answer.status} ${answer.text}`)
      }
    }
  })

  /** Each route and method that takes the path of an artifact below a root, and how it is given one. */
  const ways: Readonly<Record<string, (path: string) => Promise<TestAnswer>>> = {
    'artifacts/list': (path) =>
      engine.send({ path: `/api/2.0/mlflow/artifacts/list?${query({ run_id: runId, path })}` }),
    'get-artifact': (path) => engine.send({ path: `/get-artifact?${query({ run_id: runId, path })}` }),
    'model-versions/get-artifact': (path) =>
      engine.send({ path: `/model-versions/get-artifact?${query({ name: 'm', version: '1', path })}` }),
    'a logged model’s directories': (path) =>
      engine.send({
        path: `/api/2.0/mlflow/logged-models/${modelId}/artifacts/directories?${query({ artifact_directory_path: path })}`,
      }),
    'the list of the proxy': (path) =>
      engine.send({ path: `/api/2.0/mlflow-artifacts/artifacts?${query({ path: `0/${runId}/artifacts/${path}` })}` }),
    'mpu/create': (path) =>
      post(`/api/2.0/mlflow-artifacts/mpu/create/0/${encodeURIComponent(path)}`, { path: 'b', num_parts: 1 }),
    'the call artifacts/list': (path) => call('artifacts/list', { runId, path }),
    'the call artifacts/read': (path) => call('artifacts/read', { runId, path }),
    'the call artifacts/digest': (path) => call('artifacts/digest', { runId, path }),
    'the call artifacts/table': (path) => call('artifacts/table', { runId, path }),
    'the call models/register': (path) => call('models/register', { runId, name: 'n', path }),
  }
  const leadingOut = [
    '../../../../outside/secret',
    '..',
    'a/../../../../../outside',
    '/etc/passwd',
    '..\\..\\..\\outside\\secret',
    'a/./b',
    'a//b',
    'a\0b',
  ]

  for (const [name, ask] of Object.entries(ways)) {
    it(`that takes a path, as ${name} does, refuses what leads out of its root`, async () => {
      for (const path of leadingOut) {
        const { status, text } = await ask(path)
        assert.ok(status >= 400 && status < 500, `${JSON.stringify(path)}: ${status} ${text}`)
        assert.ok(!text.includes(secret))
      }
    })

    it(`that takes a path, as ${name} does, follows no link`, async () => {
      for (const path of ['link', 'link/secret']) {
        const { text } = await ask(path)
        assert.ok(!text.includes(secret) && !text.includes('"link/secret"'), text)
      }
    })
  }

  it('that gives out an artifact does so as an attachment that no browser runs', async () => {
    const files = [
      `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/own.html`,
      `/ajax-api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/own.html`,
      `/get-artifact?${query({ run_id: runId, path: 'own.html' })}`,
      `/model-versions/get-artifact?${query({ name: 'm', version: '1', path: 'own.html' })}`,
    ]
    for (const path of files) {
      const { status, headers, text } = await engine.send({ path })
      assert.deepEqual([status, text], [200, 'own'], path)
      assert.equal(headers['content-type'], 'application/octet-stream')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['content-security-policy'], "sandbox; default-src 'none'")
      assert.match(headers['content-disposition'] ?? '', /^attachment;/)
    }
  })

  it('that takes the source of a model version takes those of this store alone', async () => {
    const elsewhere = [
      'file:///etc',
      '/etc',
      'http://127.0.0.1/x',
      's3://b/x',
      'runs:/../../etc',
      'mlflow-artifacts:/../x',
    ]
    for (const source of elsewhere) {
      const created = await post('/api/2.0/mlflow/model-versions/create', { name: 'm', source })
      assert.equal(created.status, 400, created.text)
      const version = { name: 'm', version: 7, description: '', source, stage: 'None', creationTime: 1, tags: [] }
      const imported = await call('import/model-version', { ...version, aliases: [] })
      assert.equal(imported.status, 400, imported.text)
    }
  })

  /** Each that takes a search’s grammar, with a field of text that it knows. */
  const searches: Readonly<Record<string, (pattern: string) => Promise<TestAnswer>>> = {
    'runs/search': (pattern) =>
      post('/api/2.0/mlflow/runs/search', { experiment_ids: ['0'], filter: `tags.text ${pattern}` }),
    'experiments/search': (pattern) =>
      post('/api/2.0/mlflow/experiments/search', { max_results: 10, filter: `name ${pattern}` }),
    'registered-models/search': (pattern) =>
      engine.send({ path: `/api/2.0/mlflow/registered-models/search?${query({ filter: `name ${pattern}` })}` }),
    'model-versions/search': (pattern) =>
      engine.send({ path: `/api/2.0/mlflow/model-versions/search?${query({ filter: `name ${pattern}` })}` }),
    'logged-models/search': (pattern) =>
      post('/api/2.0/mlflow/logged-models/search', { experiment_ids: ['0'], filter: `name ${pattern}` }),
    'datasets/search': (pattern) => post('/api/3.0/mlflow/datasets/search', { filter_string: `name ${pattern}` }),
    'traces/search': (pattern) =>
      post('/api/3.0/mlflow/traces/search', {
        locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }],
        filter: `tags.text ${pattern}`,
      }),
    'the call runs/list': (pattern) => call('runs/list', { experimentIds: ['0'], filter: `tags.text ${pattern}` }),
    'the call table/rows': (pattern) =>
      call('table/rows', { experimentIds: ['0'], columns: [], filter: `tags.text ${pattern}` }),
    'the call table/groups': (pattern) =>
      call('table/groups', { experimentIds: ['0'], by: [], metrics: [], filter: `tags.text ${pattern}` }),
    'the call table/statistics': (pattern) =>
      call('table/statistics', { experimentIds: ['0'], columns: [], filter: `tags.text ${pattern}` }),
  }

  for (const [name, search] of Object.entries(searches)) {
    it(`that searches, as ${name} does, is not held up by a pattern made to track back`, async () => {
      await made('runs/set-tag', { run_id: runId, key: 'text', value: 'a'.repeat(8000) })
      // Each wildcard that is tried anew at every letter would multiply what all before it take: no machine ends that.
      const hostile = `'${'%a'.repeat(499)}b'`
      for (const operator of ['LIKE', 'ILIKE']) {
        const answer = await search(`${operator} ${hostile}`)
        assert.ok([200, 400].includes(answer.status), `${answer.status} ${answer.text}`)
      }
      for (const operator of ['RLIKE', 'REGEXP', 'GLOB', 'MATCH']) {
        const answer = await search(`${operator} '(a+)+$'`)
        assert.equal(answer.status, 400, `${operator}: ${answer.text}`)
      }
    })
  }
})

function query(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}
