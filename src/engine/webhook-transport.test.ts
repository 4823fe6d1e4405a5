import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { describe, it } from 'node:test'
import { createWebhookTransport } from './webhook-transport.ts'
import { parseWebhookSettings, strictWebhooks } from './webhook-settings.ts'

async function listen(listener: RequestListener): Promise<{ port: number; server: Server } & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    port: address.port,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const signal = new AbortController().signal
const lenient = { schemes: ['http', 'https'], allowsPrivate: true }

describe('where webhooks may be', () => {
  const refused = {
    'http://8.8.8.8/': /Invalid webhook URL scheme: 'http'\. Allowed schemes are: https\./,
    'ftp://8.8.8.8/': /scheme: 'ftp'/,
    'file:///etc/passwd': /scheme: 'file'/,
    'https://': /must include a hostname/,
    'https:///example.org': /must include a hostname/,
    'https:example.org': /must include a hostname/,
    'no address': /scheme: ''/,
    'https://127.0.0.1/': /non-public/,
    'https://127.1/': /'127\.0\.0\.1' resolves to 127\.0\.0\.1/,
    'https://2130706433/': /non-public/,
    'https://0x7f.0.0.1/': /non-public/,
    'https://[::1]/': /non-public/,
    'https://[::ffff:10.0.0.1]/': /non-public/,
    'https://[2002:7f00:1::]/': /non-public/,
    'https://10.0.0.1/': /non-public/,
    'https://169.254.169.254/latest/meta-data': /non-public/,
    'https://localhost/': /'localhost' resolves to/,
    'https://user:pass@192.168.0.1/': /non-public/,
  }
  for (const [url, pattern] of Object.entries(refused)) {
    it(`is not ${url}`, async () => {
      using transport = createWebhookTransport(strictWebhooks, Date.now)
      await assert.rejects(transport.check(url), pattern)
    })
  }

  it('is the internet', async () => {
    using transport = createWebhookTransport(strictWebhooks, Date.now)
    await transport.check('https://8.8.8.8/hook')
    await transport.check('https://[2606:4700::1]:8443/hook')
  })

  it('is looked at again when it is connected to, whatever its name stood for before', async () => {
    let connections = 0
    await using receiver = await listen((_, response) => response.end())
    receiver.server.on('connection', () => (connections += 1))
    using transport = createWebhookTransport({ schemes: ['http'], allowsPrivate: false }, Date.now)
    for (const host of ['127.0.0.1', 'localhost', '127.1', '[::ffff:127.0.0.1]']) {
      await assert.rejects(transport.post(`http://${host}:${receiver.port}/`, {}, '{}', signal), /non-public/, host)
    }
    assert.equal(connections, 0)
  })

  it('is what MLflow’s variables say', () => {
    assert.deepEqual(parseWebhookSettings({}), strictWebhooks)
    const env = {
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: ' HTTP, https ,file',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'True',
      MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: 'k',
    }
    assert.deepEqual(parseWebhookSettings(env), { schemes: ['http', 'https'], allowsPrivate: true, secretKey: 'k' })
    assert.deepEqual(parseWebhookSettings({ MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'file' }).schemes, ['https'])
  })
})

describe('a post to a webhook', () => {
  it('follows no redirect, and reads no more than the beginning of an answer', async () => {
    const asked: string[] = []
    await using receiver = await listen((request, response) => {
      asked.push(request.url ?? '')
      if (request.url === '/long') response.end('x'.repeat(1 << 20))
      else response.writeHead(302, { location: '/elsewhere', 'retry-after': '7' }).end('moved')
    })
    using transport = createWebhookTransport(lenient, Date.now)
    const post = (path: string) => transport.post(`http://127.0.0.1:${receiver.port}${path}`, {}, '{}', signal)
    assert.deepEqual(await post('/here'), { status: 302, body: 'moved', waitMs: 7000 })
    const long = await post('/long')
    assert.deepEqual([long.status, long.body.length], [200, 16 * 1024])
    assert.deepEqual(asked, ['/here', '/long'])
  })

  it('ends when it is cut, and fails where nobody listens', async () => {
    const arrived = Promise.withResolvers<void>()
    await using receiver = await listen(() => arrived.resolve())
    using transport = createWebhookTransport(lenient, Date.now)
    const stop = new AbortController()
    const posting = transport.post(`http://127.0.0.1:${receiver.port}/`, {}, '{}', stop.signal)
    await arrived.promise
    stop.abort()
    await assert.rejects(posting, { code: 'CANCELLED' })
    const { port } = receiver
    await receiver[Symbol.asyncDispose]()
    await assert.rejects(transport.post(`http://127.0.0.1:${port}/`, {}, '{}', signal), /failed/)
  })
})
