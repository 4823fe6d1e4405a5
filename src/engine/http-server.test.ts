import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setInterval as ticks } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { until } from '../../test/until.ts'
import { openBody, sendText } from './http.ts'
import { type ConnectionTimeouts, type HttpRoute, openHttpServer } from './http-server.ts'
import { createRouter } from './router.ts'

const long: ConnectionTimeouts = { headersMs: 60_000, idleMs: 60_000, keepAliveMs: 60_000, checkMs: 20 }

/** A server with one route, which reads a body to its end and says how long it was. */
async function openServer(timeouts: ConnectionTimeouts) {
  const begun: string[] = []
  const ends: string[] = []
  const count: HttpRoute = {
    verb: 'PUT',
    path: '/count',
    operation: { answer: { 'text/plain': {} } },
    async handle({ request, response }) {
      begun.push(request.method ?? '')
      let sizeBytes = 0
      try {
        for await (const chunk of openBody(request)) sizeBytes += chunk.length
        ends.push('whole')
      } catch (error) {
        ends.push('cut')
        throw error
      }
      sendText(response, `${sizeBytes} bytes`)
    },
  }
  const server = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    guard: () => undefined,
    router: createRouter([count]),
    log: () => undefined,
    onRequest: () => undefined,
    timeouts,
  })
  return { port: server.port, begun, ends, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** A connection, all that has come over it, and its end from the other side. */
function open(port: number) {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (text) => (received += text))
  // Whoever is cut off while it sends hears of that as an error.
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return { socket, closed, received: () => received, [Symbol.dispose]: () => socket.destroy() }
}

const begin = (sizeBytes: number) => `PUT /count HTTP/1.1\r\nHost: x\r\nContent-Length: ${sizeBytes}\r\n\r\n`

describe('a connection', () => {
  it('that says nothing is closed', async () => {
    await using server = await openServer({ ...long, headersMs: 100 })
    using connection = open(server.port)
    await connection.closed
  })

  it('whose headers come slowly, but come, is closed when all of them should be there', async () => {
    await using server = await openServer({ ...long, headersMs: 100 })
    using connection = open(server.port)
    connection.socket.write('PUT /count HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const drip = setInterval(() => connection.socket.write('x'), 10)
    await connection.closed
    clearInterval(drip)
    assert.deepEqual(server.begun, [])
  })

  it('that waits too long for its next request is closed, after its last answer', async () => {
    await using server = await openServer({ ...long, keepAliveMs: 100 })
    using connection = open(server.port)
    connection.socket.write(`${begin(3)}abc`)
    await connection.closed
    assert.match(connection.received(), /^HTTP\/1\.1 200 [\s\S]*\b3 bytes\b/)
  })

  it('on which the rest of a body does not come is closed, and whoever reads the body hears of it', async () => {
    for (;;) {
      await using server = await openServer({ ...long, idleMs: 200 })
      using connection = open(server.port)
      connection.socket.write(`${begin(100)}abc`)
      await connection.closed
      // A machine that held all of this up for so long was silent itself before the request came.
      if (server.begun.length === 0) continue
      await until(() => server.ends.length > 0)
      assert.deepEqual(server.ends, ['cut'])
      return
    }
  })

  it('on which a body goes on for longer than a silence may last is left alone', async () => {
    for (;;) {
      const idleMs = 1000
      await using server = await openServer({ ...long, idleMs, keepAliveMs: 100 })
      using connection = open(server.port)
      const pieces = 50
      let [sent, longestGapMs, last] = [0, 0, performance.now()]
      await once(connection.socket, 'connect')
      connection.socket.write(begin(pieces))
      for await (const _ of ticks(40)) {
        const now = performance.now()
        longestGapMs = Math.max(longestGapMs, now - last)
        last = now
        connection.socket.write('x')
        if ((sent += 1) === pieces) break
      }
      await connection.closed
      // A machine that held all of this up for so long was silent itself, and nothing is known.
      if (longestGapMs > idleMs / 2) continue
      assert.match(connection.received(), /^HTTP\/1\.1 200 [\s\S]*\b50 bytes\b/)
      return
    }
  })
})
