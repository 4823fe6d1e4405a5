import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { openTestEngine, type TestEngine } from './engine-in-process.ts'

const json = { 'content-type': 'application/json' }

const routes = [
  ['POST', '3.0/mlflow/scorers/register'],
  ['GET', '3.0/mlflow/scorers/list'],
  ['GET', '3.0/mlflow/scorers/versions'],
  ['GET', '3.0/mlflow/scorers/get'],
  ['DELETE', '3.0/mlflow/scorers/delete'],
  ['GET', '3.0/mlflow/scorers/online-configs'],
  ['PUT', '3.0/mlflow/scorers/online-config'],
  ['POST', '2.0/mlflow-artifacts/mpu/create/0/run/artifacts'],
  ['POST', '2.0/mlflow-artifacts/mpu/complete/0/run/artifacts'],
  ['POST', '2.0/mlflow-artifacts/mpu/abort/0/run/artifacts'],
  ['POST', '2.0/mlflow/artifacts/presigned-upload-url'],
  ['POST', '2.0/mlflow/artifacts/presigned-download-url'],
  ['GET', '2.0/mlflow/webhooks'],
  ['POST', '2.0/mlflow/webhooks'],
  ['GET', '2.0/mlflow/webhooks/x'],
  ['PATCH', '2.0/mlflow/webhooks/x'],
  ['DELETE', '2.0/mlflow/webhooks/x'],
  ['POST', '2.0/mlflow/webhooks/x/test'],
] as const

const fields = `experiment_id experiment_ids name serialized_scorer version scorer_ids sample_rate filter_string path
  num_parts upload_id parts run_id model_id expiration url events description secret status max_results page_token event`

/** Whatever a client sends, on every route of scorers, uploads and webhooks. */
describe('a strange request', () => {
  let engine: TestEngine
  before(async () => {
    engine = await openTestEngine()
  })
  after(async () => {
    await using _ended = engine
    assert.deepEqual(engine.errors, [])
  })

  const strange = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      '-1',
      'https://8.8.8.8/',
      'https://127.0.0.1/',
      'name',
      '{}',
      'ACTIVE',
      '\0',
      '\ud800',
    ),
    fc.constantFrom(null, true, -1, 0, 1, 1e300, 2 ** 53, [], {}, [[]], [null], [{ part_number: 1, etag: '..' }]),
    fc.constantFrom([{ entity: 'PROMPT', action: 'CREATED' }], [{ entity: 1 }], { entity: 'PROMPT', action: 'SET' }),
    fc.string(),
    fc.json({ maxDepth: 3 }),
    fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text)),
  )
  const body = fc.dictionary(fc.constantFrom(...fields.split(/\s+/), '__proto__', 'constructor'), strange, {
    maxKeys: 8,
  })

  it('is never answered with 500', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, path], sent) => {
        const answer = await engine.send({ method, path: `/api/${path}`, headers: json, body: JSON.stringify(sent) })
        assert.ok(answer.status < 500, `${method} ${path} ${answer.status} ${answer.text}`)
      }),
      { numRuns: 500 },
    )
  })

  it('is refused without a token, from another page, and as a form', async () => {
    for (const [method, path] of routes) {
      const send = async (headers: Record<string, string | undefined>) =>
        (await engine.send({ method, path: `/api/${path}`, headers: { ...json, ...headers }, body: '{}' })).status
      assert.equal(await send({ authorization: undefined }), 401)
      assert.equal(await send({ origin: 'https://evil.example' }), 403)
      assert.equal(await send({ host: 'evil.example' }), 403)
      if (method !== 'PUT') assert.equal(await send({ 'content-type': 'text/plain' }), 400)
    }
  })
})
