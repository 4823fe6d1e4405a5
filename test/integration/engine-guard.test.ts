import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openTestEngine, type TestEngine, type TestRequest, token } from './engine-in-process.ts'

const json = { 'content-type': 'application/json' }
const anyPaths = [
  '/health',
  '/version',
  '/runwright/v1/call',
  '/runwright/v1/events',
  '/api/2.0/mlflow/experiments/search?max_results=1',
  '/ajax-api/2.0/mlflow/experiments/search?max_results=1',
  '/api/2.0/mlflow-artifacts/artifacts',
  '/v1/traces',
  '/nowhere',
  '/',
]

describe('the guard', () => {
  let engine: TestEngine
  before(async () => {
    engine = await openTestEngine()
  })
  after(async () => {
    assert.deepEqual(engine.errors, [])
    await engine[Symbol.asyncDispose]()
  })

  async function refuses(request: TestRequest, status: number, code: string): Promise<void> {
    const answer = await engine.send(request)
    assert.equal(answer.status, status, answer.text)
    assert.equal(JSON.parse(answer.text).error_code, code)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.ok(!answer.text.includes(token), 'the token is in the answer')
  }

  for (const path of [...anyPaths, '/runwright/v1/hello?nonce=00112233445566778899aabbccddeeff']) {
    it(`refuses a foreign Host at ${path}`, async () => {
      await refuses({ path, headers: { host: 'evil.example' } }, 403, 'PERMISSION_DENIED')
    })

    it(`refuses a foreign Origin at ${path}`, async () => {
      await refuses({ path, headers: { origin: 'https://evil.example' } }, 403, 'PERMISSION_DENIED')
    })
  }

  for (const path of anyPaths) {
    it(`refuses whoever has no token at ${path}`, async () => {
      await refuses({ path, headers: { authorization: undefined } }, 401, 'UNAUTHENTICATED')
    })
  }

  for (const authorization of [
    'Bearer ',
    `Bearer ${token.slice(1)}`,
    `Bearer ${token}0`,
    `Bearer ${token.toUpperCase()}`,
    `Basic ${token}`,
    token,
  ]) {
    it(`refuses the token in "${authorization.slice(0, 12)}…" of ${authorization.length} characters`, async () => {
      await refuses({ path: '/health', headers: { authorization } }, 401, 'UNAUTHENTICATED')
    })
  }

  for (const host of [
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:80',
    'user@127.0.0.1',
    '127.0.0.1:80:80',
    '10.0.0.1',
    '[::2]',
    '[::1',
  ]) {
    it(`refuses the Host ${host}`, async () => {
      await refuses({ path: '/health', headers: { host } }, 403, 'PERMISSION_DENIED')
    })
  }

  for (const host of ['localhost', 'LOCALHOST:1234', '127.0.0.1', '127.0.0.1:5000', '[::1]:5000']) {
    it(`answers for the Host ${host}, also from its own pages`, async () => {
      const answer = await engine.send({ path: '/health', headers: { host, origin: `http://${host}` } })
      assert.deepEqual([answer.status, answer.text], [200, 'OK'])
    })
  }

  for (const origin of ['null', 'http://localhost:1', 'http://127.0.0.1.evil.example', 'file://']) {
    it(`refuses the Origin ${origin}, which is not the Host`, async () => {
      await refuses({ path: '/health', headers: { host: '127.0.0.1:5000', origin } }, 403, 'PERMISSION_DENIED')
    })
  }

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    '',
    'application/jsonp',
  ]) {
    it(`refuses a body of type "${type}", as a foreign page could send it`, async () => {
      const path = '/api/2.0/mlflow/experiments/create'
      await refuses(
        { method: 'POST', path, headers: { 'content-type': type }, body: '{"name":"x"}' },
        400,
        'BAD_REQUEST',
      )
    })
  }

  for (const method of ['OPTIONS', 'HEAD', 'TRACE', 'PROPFIND']) {
    it(`refuses the method ${method}`, async () => {
      const answer = await engine.send({ method, path: '/health' })
      assert.equal(answer.status, 400)
    })
  }

  it('refuses a body by the length it states, before it comes', async () => {
    const headers = { ...json, 'content-length': 33 * 1024 * 1024, expect: '100-continue' }
    await refuses({ method: 'POST', path: '/runwright/v1/call', headers }, 400, 'INVALID_PARAMETER_VALUE')
  })

  it('refuses a body that unpacks to more than it may', async () => {
    const body = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '))
    const headers = { ...json, 'content-encoding': 'gzip' }
    await refuses({ method: 'POST', path: '/runwright/v1/call', headers, body }, 400, 'INVALID_PARAMETER_VALUE')
  })

  it('refuses a body that is not the gzip it says', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' }
    await refuses({ method: 'POST', path: '/runwright/v1/call', headers, body: '{}' }, 400, 'BAD_REQUEST')
  })

  it('refuses other content codings', async () => {
    const headers = { ...json, 'content-encoding': 'br' }
    await refuses({ method: 'POST', path: '/runwright/v1/call', headers, body: '{}' }, 400, 'BAD_REQUEST')
  })

  it('refuses headers without end', async () => {
    const answer = await engine.send({ path: '/health', headers: { 'x-long': 'x'.repeat(20_000) } })
    assert.equal(answer.status, 431)
  })

  it('reads a gzip body', async () => {
    const body = gzipSync('{"method":"engine/status"}')
    const headers = { ...json, 'content-encoding': 'gzip' }
    const answer = await engine.send({ method: 'POST', path: '/runwright/v1/call', headers, body })
    assert.equal(answer.status, 200, answer.text)
  })

  it('answers an unknown path in MLflow’s words', async () => {
    for (const path of ['/api/2.0/mlflow/nothing', '/v1/traces', '/nowhere', '//health', '/health/', '/../health']) {
      await refuses({ path }, 404, 'ENDPOINT_NOT_FOUND')
    }
  })

  it('does not take what is no JSON, no call, or no method', async () => {
    const call = { method: 'POST', path: '/runwright/v1/call', headers: json }
    await refuses({ ...call, body: '{' }, 400, 'BAD_REQUEST')
    await refuses({ ...call, body: '[]' }, 400, 'INVALID_PARAMETER_VALUE')
    await refuses({ ...call, body: '{"method":"engine/status","params":[]}' }, 400, 'INVALID_PARAMETER_VALUE')
    for (const method of ['engine/explode', '__proto__', 'constructor', 'toString']) {
      await refuses({ ...call, body: JSON.stringify({ method }) }, 404, 'ENDPOINT_NOT_FOUND')
    }
  })

  it('survives a client that goes away in the middle of a body', async () => {
    const socket = connect(engine.engine.port, '127.0.0.1')
    const head = ['POST /runwright/v1/call HTTP/1.1', 'host: localhost', `authorization: Bearer ${token}`]
    socket.write(`${[...head, 'content-type: application/json', 'content-length: 100'].join('\r\n')}\r\n\r\n{"meth`)
    await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
    assert.equal((await engine.send({ path: '/health' })).status, 200)
  })

  it('serves artifacts so that no browser runs or shows them in its name', async () => {
    const path = '/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/page%27%22%0a.html'
    const put = await engine.send({ method: 'PUT', path, body: '<script>alert(1)</script>' })
    assert.equal(put.status, 200, put.text)
    const answer = await engine.send({ path })
    assert.equal(answer.text, '<script>alert(1)</script>')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['content-security-policy'], "sandbox; default-src 'none'")
    assert.equal(answer.headers['content-disposition'], "attachment; filename*=UTF-8''page%27%22%0A.html")
    assert.equal(answer.headers['content-type'], 'application/octet-stream')
  })
})

describe('a server for a team', () => {
  it('answers for the name it was given, and lets everybody in without a token if told so', async () => {
    await using server = await openTestEngine({ token: undefined, hostNames: ['Runs.Example.org'] })
    const anonymous = { authorization: undefined }
    const known = await server.send({ path: '/health', headers: { ...anonymous, host: 'runs.example.org:5000' } })
    assert.equal(known.status, 200)
    const foreign = await server.send({ path: '/health', headers: { ...anonymous, host: 'example.org' } })
    assert.equal(foreign.status, 403)
  })

  it('answers for any address when it listens on all of them, but for no other name', async () => {
    await using server = await openTestEngine({ host: '0.0.0.0' })
    assert.equal((await server.send({ path: '/health', headers: { host: '192.168.1.7:5000' } })).status, 200)
    assert.equal((await server.send({ path: '/health', headers: { host: '[fe80::1]' } })).status, 200)
    assert.equal((await server.send({ path: '/health', headers: { host: 'rebound.example' } })).status, 403)
  })
})
