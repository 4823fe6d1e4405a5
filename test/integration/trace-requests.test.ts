import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { openTestEngine, type TestAnswer, type TestEngine } from './engine-in-process.ts'

const protobuf = { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': '0' }
const json = { 'content-type': 'application/json', 'x-mlflow-experiment-id': '0' }

describe('requests about traces', () => {
  let engine: TestEngine
  before(async () => {
    engine = await openTestEngine()
  })
  after(async () => {
    await using _ended = engine
    assert.deepEqual(engine.errors, [])
  })

  const post = (headers: Record<string, string>, body: string | Uint8Array) =>
    engine.send({ method: 'POST', path: '/v1/traces', headers, body })

  function isRefused({ status, text }: TestAnswer, pattern: RegExp): void {
    assert.ok(status >= 400 && status < 500, `${status} ${text}`)
    assert.match(text, pattern)
  }

  it('are answered in the type that they came in', async () => {
    const inProtobuf = await post(protobuf, encodeSpan('by protobuf'))
    assert.deepEqual(
      [inProtobuf.status, inProtobuf.headers['content-type'], inProtobuf.text],
      [200, 'application/x-protobuf', ''],
    )
    const inJson = await post(json, JSON.stringify(jsonExport({})))
    assert.deepEqual([inJson.status, inJson.headers['content-type'], inJson.text], [200, 'application/json', '{}'])
  })

  it('may be protobuf where spans are sent, and nowhere else', async () => {
    const body = encodeSpan('elsewhere')
    const elsewhere = { method: 'POST', path: '/api/3.0/mlflow/traces/search', headers: protobuf, body }
    isRefused(await engine.send(elsewhere), /body of type application\/json only/)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/x-protobuffer', '']) {
      isRefused(await post({ ...protobuf, 'content-type': type }, body), /application\/json or application\/x-protobuf/)
    }
  })

  it('need a token, and the Host and Origin of this engine', async () => {
    const request = { method: 'POST', path: '/v1/traces', body: encodeSpan('foreign') }
    const send = (headers: Record<string, string | undefined>) =>
      engine.send({ ...request, headers: { ...protobuf, ...headers } })
    assert.equal((await send({ authorization: undefined })).status, 401)
    assert.equal((await send({ host: 'evil.example' })).status, 403)
    assert.equal((await send({ origin: 'https://evil.example' })).status, 403)
  })

  it('are refused without an experiment, or for one that is not there', async () => {
    const body = encodeSpan('homeless')
    isRefused(await post({ 'content-type': 'application/x-protobuf' }, body), /x-mlflow-experiment-id is missing/)
    isRefused(await post({ ...protobuf, 'x-mlflow-experiment-id': '999' }, body), /No Experiment with id=999 exists/)
    isRefused(await post({ ...protobuf, 'x-mlflow-experiment-id': '../1' }, body), /Invalid experiment ID/)
  })

  it('are refused when they unpack to more than they may', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, '\n'))
    isRefused(await post({ ...protobuf, 'content-encoding': 'gzip' }, bomb), /larger than 33554432 bytes/)
    isRefused(await post({ ...json, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(9_000_000, ' '))), /protobuf/)
    isRefused(await post({ ...protobuf, 'content-encoding': 'gzip' }, 'no gzip'), /not gzip/)
  })

  it('read a trace of many large spans piece by piece, each as it was sent', async () => {
    const fillings = ['x', 'y', 'z'].map((letter) => letter.repeat(3 * 1024 * 1024))
    for (const [index, filling] of fillings.entries()) {
      const sent = encodeSpan(`span ${index}`, { traceId: 'e'.repeat(32), filling })
      assert.equal((await post(protobuf, sent)).status, 200)
    }
    const path = `/api/3.0/mlflow/traces/batchGet?trace_ids=tr-${'e'.repeat(32)}&trace_ids=tr-${'f'.repeat(32)}`
    const answer = await engine.send({ path })
    assert.deepEqual([answer.status, answer.headers['transfer-encoding']], [200, 'chunked'])
    const [{ spans }] = JSON.parse(answer.text).traces
    assert.deepEqual(
      spans.map(({ attributes }: { attributes: { value: { string_value: string } }[] }) => attributes[0]?.value),
      fillings.map((filling) => ({ string_value: filling })),
    )
  })

  it('begin no trace whose id would lead out of its folder', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const id of ['../../outside', '..', '/etc', 'a/b', 'a\\b', '%2e%2e', 'tr-1\u0000', 'tr-' + '1'.repeat(250)]) {
      const body = JSON.stringify({ trace: { trace_info: { ...validInfo, trace_id: id } } })
      const answer = await engine.send({ method: 'POST', path: '/api/3.0/mlflow/traces', headers, body })
      isRefused(answer, /trace\.trace_info\.trace_id/)
    }
  })

  it('are never answered with 500, whatever is in them', async () => {
    const strange = fc.oneof(
      fc.constantFrom(
        '',
        'tr-1',
        '0',
        '1',
        '-1',
        '2024-01-01T00:00:00Z',
        '99999-01-01T00:00:00Z',
        '1.5s',
        'OK',
        '\u0000',
        '\ud800',
      ),
      fc.constantFrom(null, true, -1, 0, 1e300, 2 ** 53, [], {}, [[]], [null], { a: 1 }),
      fc.string(),
      fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text)),
    )
    const body = fc.dictionary(fc.constantFrom(...fieldNames), strange, { maxKeys: 8 })
    const nested = fc.oneof(
      body,
      fc.record({ trace: fc.record({ trace_info: body }) }),
      fc.record({ trace: fc.record({ trace_info: body.map((info) => ({ ...validInfo, ...info })) }) }),
      fc.record({ assessment: body, update_mask: fc.constantFrom('feedback,expectation,metadata,rationale', 'x', 1) }),
      body.map((given) => ({ assessment: { feedback: { value: given['filter'] }, ...given } })),
      body.map((given) => ({ experiment_ids: ['0'], locations: [validInfo.trace_location], ...given })),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), nested, async ([method, path], sent) => {
        const answer = await engine.send({
          method,
          path: `/api/${path}`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(sent),
        })
        assert.ok(answer.status < 500, `${method} ${path} ${answer.status} ${answer.text}`)
      }),
      { numRuns: 500 },
    )
  })

  it('have filters that are found wrong or answered, whatever is in them', async () => {
    const words = [
      'span. attributes. feedback. tags. name status run_id prompt text trace. `a.b` = != > LIKE ILIKE RLIKE IN AND ( ) ,',
      "'x' '%' 1 \" $ IS NULL NOT",
    ]
    const part = fc.constantFrom(...words.flatMap((line) => line.split(' ')))
    const filter = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(' '))
    const sound = fc
      .tuple(
        fc.constantFrom(
          'span.attributes.a"b',
          "span.attributes.'",
          "metadata.`x'y`",
          'feedback.`$."`',
          'span.name',
          'tags.a',
        ),
        fc.constantFrom('=', '!=', 'LIKE', 'ILIKE'),
        fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
      )
      .map((words) => words.join(' '))
    await fc.assert(
      fc.asyncProperty(fc.oneof(filter, sound), async (written) => {
        const sent = { locations: [validInfo.trace_location], filter: written }
        const path = '/api/3.0/mlflow/traces/search'
        const headers = { 'content-type': 'application/json' }
        const answer = await engine.send({ method: 'POST', path, headers, body: JSON.stringify(sent) })
        assert.ok([200, 400].includes(answer.status), `${written}: ${answer.status} ${answer.text}`)
      }),
      { numRuns: 400 },
    )
  })
})

const validInfo = {
  trace_id: 'tr-1',
  trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
  request_time: '2024-01-01T00:00:00Z',
  state: 'OK',
}

const routes = [
  ['POST', '2.0/mlflow/traces'],
  ['GET', '2.0/mlflow/traces'],
  ['PATCH', '2.0/mlflow/traces/tr-1'],
  ['GET', '2.0/mlflow/traces/tr-1/info'],
  ['PATCH', '2.0/mlflow/traces/tr-1/tags'],
  ['DELETE', '2.0/mlflow/traces/tr-1/tags'],
  ['POST', '2.0/mlflow/traces/link-to-run'],
  ['POST', '2.0/mlflow/traces/link-prompts'],
  ['POST', '3.0/mlflow/traces'],
  ['GET', '3.0/mlflow/traces/get'],
  ['GET', '3.0/mlflow/traces/batchGet'],
  ['POST', '3.0/mlflow/traces/batchGetInfos'],
  ['POST', '3.0/mlflow/traces/search'],
  ['GET', '3.0/mlflow/traces/tr-1'],
  ['POST', '3.0/mlflow/traces/delete-traces'],
  ['POST', '3.0/mlflow/traces/tr-1/assessments'],
  ['PATCH', '3.0/mlflow/traces/tr-1/assessments/a-1'],
  ['GET', '3.0/mlflow/traces/tr-1/assessments/a-1'],
  ['DELETE', '3.0/mlflow/traces/tr-1/assessments/a-1'],
] as const

const fieldNames = `
  trace_id trace_ids request_ids experiment_id experiment_ids locations trace_location key value tags trace_metadata
  request_metadata timestamp_ms status state request_time filter execution_duration assessments assessment_name feedback
  expectation issue source metadata create_time overrides valid error max_results order_by page_token max_traces run_id
  max_timestamp_millis prompt_versions allow_partial request_preview client_request_id update_mask
`
  .trim()
  .split(/\s+/)

function jsonExport(span: object): object {
  const whole = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'by json', startTimeUnixNano: '1', ...span }
  return { resourceSpans: [{ scopeSpans: [{ spans: [whole] }] }] }
}

/** An export of one span, with an attribute that fills it. */
function encodeSpan(name: string, { traceId = 'c'.repeat(32), filling = '' } = {}): Uint8Array {
  const writer = new BinaryWriter()
  const messages = [1, 2, 2]
  for (const field of messages) writer.tag(field, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).bytes(Buffer.from(traceId, 'hex'))
  writer.tag(2, WireType.LengthDelimited).bytes(Buffer.from(name.padEnd(8, '-').slice(0, 8)))
  writer.tag(5, WireType.LengthDelimited).string(name)
  writer.tag(9, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('filling')
  writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(filling).join().join()
  for (const _ of messages) writer.join()
  return writer.finish()
}
