import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { after, before, it } from 'node:test'
import { openTestEngine, type TestEngine } from './engine-in-process.ts'

const place = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts'
let engine: TestEngine
before(async () => {
  engine = await openTestEngine()
  for (const [name, body] of [
    ['digits', '0123456789'],
    ['empty', ''],
  ] as const) {
    assert.equal((await engine.send({ method: 'PUT', path: `${place}/${name}`, body })).status, 200)
  }
})
after(async () => {
  await using _ended = engine
  assert.deepEqual(engine.errors, [])
})

it('an artifact that comes with its MD5 is kept only when it is that one', async () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64')
  const put = (headers: Record<string, string>, body: string | Uint8Array) =>
    engine.send({ method: 'PUT', path: `${place}/checked`, headers, body })
  assert.equal((await put({ 'content-md5': md5('first') }, 'first')).status, 200)
  for (const told of [md5('other'), 'none', '']) {
    const answer = await put({ 'content-md5': told }, 'second')
    assert.deepEqual([answer.status, JSON.parse(answer.text).error_code], [400, 'INVALID_PARAMETER_VALUE'], answer.text)
    assert.equal((await ask('checked', {})).text, 'first')
  }
  const packed = gzipSync('packed')
  const headers = { 'content-encoding': 'gzip', 'content-md5': createHash('md5').update(packed).digest('base64') }
  assert.equal((await put(headers, packed)).status, 200)
  assert.equal((await ask('checked', {})).text, 'packed')
})

const ask = (name: string, headers: Record<string, string>) => engine.send({ path: `${place}/${name}`, headers })

it('a range of an artifact is those bytes and says which of how many they are', async () => {
  for (const [range, text, told] of [
    ['bytes=0-0', '0', '0-0'],
    ['bytes=2-4', '234', '2-4'],
    ['bytes=7-', '789', '7-9'],
    ['bytes=7-100', '789', '7-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=-100', '0123456789', '0-9'],
    ['BYTES=1-1', '1', '1-1'],
  ] as const) {
    const answer = await ask('digits', { range })
    assert.deepEqual(
      [answer.status, answer.text, answer.headers['content-range'], answer.headers['content-length']],
      [206, text, `bytes ${told}/10`, String(text.length)],
      range,
    )
  }
})

it('a range that is none, or need not be honoured, is the whole', async () => {
  for (const headers of [
    { range: 'bytes=4-2' },
    { range: 'bytes=-' },
    { range: 'bytes=1-2,4-5' },
    { range: 'lines=1-2' },
    { range: 'bytes=1-2', 'if-range': '"some tag"' },
  ]) {
    const answer = await ask('digits', headers)
    assert.deepEqual([answer.status, answer.text], [200, '0123456789'], JSON.stringify(headers))
    assert.equal(answer.headers['accept-ranges'], 'bytes')
  }
})

it('a range with no byte in it is refused with the size', async () => {
  for (const [name, range, size] of [
    ['digits', 'bytes=10-', 10],
    ['digits', 'bytes=-0', 10],
    ['digits', 'bytes=99-100', 10],
    ['empty', 'bytes=0-', 0],
    ['empty', 'bytes=-5', 0],
  ] as const) {
    const answer = await ask(name, { range })
    assert.deepEqual([answer.status, answer.headers['content-range']], [416, `bytes */${size}`], `${name} ${range}`)
    assert.equal(JSON.parse(answer.text).error_code, 'INVALID_PARAMETER_VALUE')
  }
})
