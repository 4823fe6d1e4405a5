import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openTestEngine, type TestAnswer, type TestEngine, type TestRequest } from './engine-in-process.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'
const secret = 'not for you'

/** What a client that has the token still must not be able to do. */
describe('an attack', () => {
  let engine: TestEngine
  let outside: string
  let runId: string
  before(async () => {
    engine = await openTestEngine()
    outside = join(engine.dataFolder, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret'), secret)
    const answer = JSON.parse((await post('runs/create', { experiment_id: '0' })).text)
    runId = answer.run.info.run_id
    await put(`${proxy}/0/${runId}/artifacts/own.txt`, 'own')
  })
  after(async () => {
    await using _ended = engine
    assert.deepEqual(engine.errors, [])
    assert.deepEqual(await readdir(outside), ['secret'])
    assert.equal(await readFile(join(outside, 'secret'), 'utf8'), secret)
  })

  const put = (path: string, body: string) => engine.send({ method: 'PUT', path, body })
  const post = (route: string, body: object | string) => sendJson({ method: 'POST', path: mlflow(route) }, body)
  const mlflow = (route: string) => `/api/2.0/mlflow/${route}`

  function sendJson(request: TestRequest, body: object | string): Promise<TestAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return engine.send({ ...request, headers: { 'content-type': 'application/json' }, body: text })
  }

  function isRefused({ status, text }: TestAnswer, ...codes: string[]): void {
    assert.ok(status >= 400 && status < 500, `${status} ${text}`)
    assert.ok(codes.includes(JSON.parse(text).error_code), text)
    assert.ok(!text.includes(secret))
  }

  describe('by the path of an artifact', () => {
    const ways = {
      'two dots': '../outside/secret',
      'encoded slashes': '..%2foutside%2fsecret',
      'encoded dots': '%2e%2e/outside/secret',
      'both encoded': '%2E%2E%2Foutside%2Fsecret',
      'dots in the middle': '0/../../outside/secret',
      'encoded dots in the middle': '0/%2e%2e/%2e%2e/outside/secret',
      'a single dot': './secret',
      'an empty name': '0//secret',
      'a backslash': '..%5coutside%5csecret',
      'a bare backslash': '..\\outside\\secret',
      'a slash in front': '%2fetc%2fpasswd',
      'a zero byte': '0/secret%00.txt',
      'the folder of unfinished uploads': '.incoming/1',
    }
    for (const [way, path] of Object.entries(ways)) {
      it(`is refused for ${way}`, async () => {
        for (const method of ['GET', 'PUT', 'DELETE']) {
          const answer = await engine.send({ method, path: `${proxy}/${path}`, ...(method === 'PUT' && { body: 'x' }) })
          isRefused(answer, 'INVALID_PARAMETER_VALUE')
        }
        const query = path.includes('%') ? path : encodeURIComponent(path)
        isRefused(await engine.send({ path: `${proxy}?path=${query}` }), 'INVALID_PARAMETER_VALUE')
        const below = way.startsWith('the folder') ? `..%2f..%2f..%2f${query}` : query
        for (const route of [mlflow('artifacts/list'), '/get-artifact']) {
          const answer = await engine.send({ path: `${route}?run_id=${runId}&path=${below}` })
          isRefused(answer, 'INVALID_PARAMETER_VALUE')
        }
      })
    }

    for (const path of ['..%252foutside%252fsecret', '%252e%252e%252foutside%252fsecret', '....%252f%252foutside']) {
      it(`takes the twice encoded ${path} for a name`, async () => {
        assert.equal((await put(`${proxy}/0/${runId}/artifacts/names/${path}`, 'own')).status, 200)
        const answer = await engine.send({ path: `${proxy}/0/${runId}/artifacts/names/${path}` })
        assert.equal(answer.text, 'own')
      })
    }

    it('is refused for bytes that are no UTF-8, and for a name no system has', async () => {
      isRefused(await engine.send({ path: `${proxy}/%c0%ae%c0%ae/secret` }), 'BAD_REQUEST')
      isRefused(await put(`${proxy}/0/${'n'.repeat(256)}`, 'x'), 'INVALID_PARAMETER_VALUE')
      isRefused(await put(`${proxy}/deep/${'n/'.repeat(4000)}n`, 'x'), 'INVALID_PARAMETER_VALUE')
      assert.equal((await engine.send({ path: `${proxy}?path=deep` })).text, '{}')
    })

    it('deletes no root', async () => {
      for (const path of ['', '0', '0/', `0/${runId}`, `0/${runId}/`]) {
        isRefused(await engine.send({ method: 'DELETE', path: `${proxy}/${path}` }), 'INVALID_PARAMETER_VALUE')
      }
      assert.equal((await engine.send({ path: `${proxy}/0/${runId}/artifacts/own.txt` })).text, 'own')
    })
  })

  describe('by a link inside the artifact folder', () => {
    let links: string
    before(async () => {
      const folder = join(engine.dataFolder, 'artifacts', '0', runId, 'artifacts', 'links')
      await mkdir(folder)
      await symlink(outside, join(folder, 'folder'))
      await symlink(join(outside, 'secret'), join(folder, 'file'))
      await symlink(join(outside, 'new'), join(folder, 'dangling'))
      links = `0/${runId}/artifacts/links`
    })

    it('reads and lists nothing', async () => {
      for (const path of ['file', 'folder', 'folder/secret', 'dangling']) {
        isRefused(await engine.send({ path: `${proxy}/${links}/${path}` }), 'RESOURCE_DOES_NOT_EXIST')
      }
      for (const path of [links, `${links}/folder`]) {
        assert.equal((await engine.send({ path: `${proxy}?path=${path}` })).text, '{}')
      }
    })

    it('deletes nothing', async () => {
      for (const path of ['file', 'folder', 'folder/secret']) {
        assert.equal((await engine.send({ method: 'DELETE', path: `${proxy}/${links}/${path}` })).status, 200)
      }
      assert.equal(await readFile(join(outside, 'secret'), 'utf8'), secret)
    })

    it('writes nothing behind it, and replaces the link itself', async () => {
      isRefused(await put(`${proxy}/${links}/folder/new`, 'x'), 'INVALID_PARAMETER_VALUE')
      isRefused(await put(`${proxy}/${links}/folder/new/deep`, 'x'), 'INVALID_PARAMETER_VALUE')
      for (const name of ['file', 'dangling', 'folder']) {
        assert.equal((await put(`${proxy}/${links}/${name}`, 'own')).status, 200)
        assert.equal((await engine.send({ path: `${proxy}/${links}/${name}` })).text, 'own')
      }
      assert.deepEqual(await readdir(outside), ['secret'])
      assert.equal(await readFile(join(outside, 'secret'), 'utf8'), secret)
    })
  })

  it('by the place of an experiment’s artifacts is refused', async () => {
    const places = [
      '/etc',
      'file:///etc',
      'C:\\x',
      's3://bucket/x',
      'http://169.254.169.254/',
      '..',
      'mlflow-artifacts:/..',
    ]
    places.push('mlflow-artifacts:/%2e%2e/x', 'mlflow-artifacts:/x/..%5cy', 'mlflow-artifacts:///etc', 'runs:/x')
    for (const place of places) {
      const answer = await post('experiments/create', { name: place, artifact_location: place })
      isRefused(answer, 'INVALID_PARAMETER_VALUE')
    }
  })

  it('by a model from elsewhere is refused', async () => {
    assert.equal((await post('registered-models/create', { name: 'm' })).status, 200)
    const elsewhere = ['file:///etc', '/etc', 'http://127.0.0.1/x', 's3://bucket/x', 'runs:/../../etc']
    for (const source of [...elsewhere, 'mlflow-artifacts:/0/../../etc', 'mlflow-artifacts:/%2e%2e/etc']) {
      isRefused(await post('model-versions/create', { name: 'm', source }), 'INVALID_PARAMETER_VALUE')
    }
    // A name of dots is the name of a model, and there is none.
    isRefused(await post('model-versions/create', { name: 'm', source: 'models:/../x' }), 'RESOURCE_DOES_NOT_EXIST')
    const { text: found } = await engine.send({ path: mlflow('model-versions/search') })
    assert.deepEqual(JSON.parse(found), {}, 'none was kept')
    const { text } = await post('logged-models', { experiment_id: '0', name: 'm', artifact_uri: 'file:///etc' })
    const { model_id: id, artifact_uri: uri } = JSON.parse(text).model.info
    assert.equal(uri, `mlflow-artifacts:/0/models/${id}/artifacts`)
    const path = `${mlflow(`logged-models/${id}/artifacts/directories`)}?artifact_directory_path=..%2f..%2f..%2foutside`
    isRefused(await engine.send({ path }), 'INVALID_PARAMETER_VALUE')
  })

  it('by the names of JavaScript’s own things finds plain names', async () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const metric = { key, value: 1, timestamp: 1, step: 0 }
      const batch = `{"run_id":"${runId}","metrics":[${JSON.stringify(metric)}],"tags":[{"key":"${key}","value":"own"}]}`
      assert.equal((await post('runs/log-batch', batch)).status, 200)
      const body = `{"method":"metrics/history","params":{"runId":"${runId}","key":"${key}"}}`
      const { text } = await sendJson({ method: 'POST', path: '/runwright/v1/call' }, body)
      assert.deepEqual(JSON.parse(text), { points: [{ step: 0, timestamp: 1, value: 1 }] })
    }
    isRefused(await post('runs/get', `{"__proto__":{"run_id":"${runId}"}}`), 'ENDPOINT_NOT_FOUND')
    isRefused(await post('runs/delete', `{"__proto__":{"run_id":"${runId}"}}`), 'INVALID_PARAMETER_VALUE')
    const call = `{"method":"runs/get","params":{"__proto__":{"runId":"${runId}"}}}`
    isRefused(await sendJson({ method: 'POST', path: '/runwright/v1/call' }, call), 'INVALID_PARAMETER_VALUE')
    for (const name of ['__proto__', 'constructor']) {
      isRefused(
        await post('runs/search', { experiment_ids: ['0'], filter: `${name}.x = '1'` }),
        'INVALID_PARAMETER_VALUE',
      )
      isRefused(
        await post('runs/search', { experiment_ids: ['0'], filter: `${name} = '1'` }),
        'INVALID_PARAMETER_VALUE',
      )
    }
  })

  it('by SQL in a name finds a name', async () => {
    const key = `x' or 1=1; drop table runs; --`
    for (const query of [{ filter: `params."${key}" = 'a'` }, { order_by: [`metrics.\`${key}\``] }]) {
      assert.equal((await post('runs/search', { experiment_ids: ['0'], ...query })).status, 200)
    }
    assert.equal((await post('runs/search', { experiment_ids: ['0'], filter: `params.a = '${key}'` })).status, 400)
    const { text } = await post('runs/search', { experiment_ids: ['0'] })
    assert.equal(JSON.parse(text).runs.length, 1)
  })

  describe('by what takes long', () => {
    /** Far above what an honest answer takes on a busy machine, far below what each of these once took. */
    const limitMs = 2000

    async function isRefusedSoon(request: Promise<TestAnswer>, ...codes: string[]): Promise<void> {
      const startedAt = performance.now()
      isRefused(await request, ...codes)
      const tookMs = performance.now() - startedAt
      assert.ok(tookMs < limitMs, `it took ${tookMs} ms`)
    }

    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

    it('is refused for JSON nested without end', async () => {
      for (const depth of [1000, 1_000_000]) {
        for (const route of ['runs/log-batch', 'runs/search', 'logged-models']) {
          const body = `{"run_id":"${runId}","metrics":${nested(depth)},"experiment_id":${nested(depth)}}`
          await isRefusedSoon(post(route, body), 'BAD_REQUEST', 'INVALID_PARAMETER_VALUE')
        }
        await isRefusedSoon(post('runs/delete', nested(depth)), 'BAD_REQUEST', 'INVALID_PARAMETER_VALUE')
        const inText = { run_id: runId, model_json: `{"flavors":${nested(depth)}}` }
        await isRefusedSoon(post('runs/log-model', inText), 'INVALID_PARAMETER_VALUE')
        await isRefusedSoon(
          post('runs/delete', JSON.stringify(`{"run_id":${nested(depth)}}`)),
          'INVALID_PARAMETER_VALUE',
        )
      }
    })

    it('is refused for JSON nested in a text that is a model', async () => {
      const model = `{"artifact_path":"m","utc_time_created":"","run_id":"${runId}","flavors":${nested(1_000_000)}}`
      await isRefusedSoon(post('runs/log-model', { run_id: runId, model_json: model }), 'INVALID_PARAMETER_VALUE')
    })

    it('is refused for tokens of pages that are none', async () => {
      const tokens = ['1e400', '-1', '1.5', '"1"', '9007199254740993', '{}', '[]', nested(100_000)].map((offset) =>
        Buffer.from(`{"offset": ${offset}}`).toString('base64'),
      )
      for (const page_token of [...tokens, 'A'.repeat(10_000_000), '💣'.repeat(1000)]) {
        for (const route of ['runs/search', 'experiments/search']) {
          await isRefusedSoon(post(route, { experiment_ids: ['0'], page_token }), 'INVALID_PARAMETER_VALUE')
        }
      }
      const last = Buffer.from(`{"offset": ${Number.MAX_SAFE_INTEGER}}`).toString('base64')
      assert.equal((await post('runs/search', { experiment_ids: ['0'], page_token: last })).text, '{}')
    })

    it('is refused for numbers of a million digits', async () => {
      const digits = '1'.repeat(1_000_000)
      const metric = { run_id: runId, key: 'm', value: 1, timestamp: 1 }
      await isRefusedSoon(post('runs/log-metric', { ...metric, value: `${digits}x` }), 'INVALID_PARAMETER_VALUE')
      await isRefusedSoon(post('runs/log-metric', { ...metric, step: `${digits}x` }), 'INVALID_PARAMETER_VALUE')
      await isRefusedSoon(
        post('runs/create', { experiment_id: `${'0'.repeat(1_000_000)}x` }),
        'INVALID_PARAMETER_VALUE',
      )
      await isRefusedSoon(post('experiments/delete', { experiment_id: digits }), 'RESOURCE_DOES_NOT_EXIST')
      for (const filter of [`metrics.a > ${digits}x`, `metrics.a > .${digits}x`, `metrics.a > ${digits}e${digits}x`]) {
        await isRefusedSoon(post('runs/search', { experiment_ids: ['0'], filter }), 'INVALID_PARAMETER_VALUE')
      }
    })

    it('is refused for filters and orders of a megabyte', async () => {
      const long = 1_000_000
      const filters = [
        'a'.repeat(long),
        '`'.repeat(long),
        '"'.repeat(long),
        `params.a = '${"'".repeat(long)}`,
        `params.a = '${'x'.repeat(long)}`,
        ' '.repeat(long) + '!',
        '='.repeat(long),
        `params.a IS ${' '.repeat(long)}`,
        `params.a IN (${"'x',".repeat(long / 4)}`,
        `${"params.a = 'x' AND ".repeat(long / 20)} params.a = 'x'`,
        `params.a LIKE '${'%_'.repeat(long / 2)}'`,
        `params.a ILIKE '${'%_'.repeat(long / 2)}'`,
      ]
      for (const filter of filters) {
        await isRefusedSoon(post('runs/search', { experiment_ids: ['0'], filter }), 'INVALID_PARAMETER_VALUE')
      }
      for (const order of ['a'.repeat(long), `a${' '.repeat(long)}b c`, '`a`'.repeat(long / 3), '"'.repeat(long)]) {
        const query = { experiment_ids: ['0'], order_by: [order] }
        await isRefusedSoon(post('runs/search', query), 'INVALID_PARAMETER_VALUE')
      }
    })

    it('is refused for names of a megabyte', async () => {
      for (const key of ['k'.repeat(1_000_000), 'k/'.repeat(500_000), '../'.repeat(300_000), ' '.repeat(1_000_000)]) {
        await isRefusedSoon(post('runs/set-tag', { run_id: runId, key, value: 'v' }), 'INVALID_PARAMETER_VALUE')
      }
      await isRefusedSoon(post('runs/set-tag', { run_id: 'r'.repeat(1_000_000), key: 'k' }), 'RESOURCE_DOES_NOT_EXIST')
    })

    for (const operator of ['LIKE', 'ILIKE']) {
      it(`answers soon for a ${operator} pattern made to track back`, async () => {
        await post('experiments/set-experiment-tag', { experiment_id: '0', key: 'text', value: 'a'.repeat(20_000) })
        const filter = `tags.text ${operator} '${'%a'.repeat(499)}b'`
        const startedAt = performance.now()
        const { status, text } = await post('experiments/search', { max_results: 10, filter })
        assert.deepEqual([status, text], [200, '{}'])
        assert.ok(performance.now() - startedAt < limitMs)
      })
    }
  })
})
