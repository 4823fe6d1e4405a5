import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { RunwrightError } from '../protocol/errors.ts'
import { sendError } from './http.ts'
import type { Guard } from './guard.ts'
import type { Log } from './log.ts'
import type { Operation } from './openapi.ts'
import type { Router } from './router.ts'

// As an ES module it would have all its exports looked at, which loads the whole of fetch.
const { createServer } = process.getBuiltinModule('node:http')

/** What answers one verb and path: the whole answer is sent when the promise settles. */
export interface HttpRoute {
  readonly verb: string
  readonly path: string
  /** What is told of it. */
  readonly operation: Operation
  handle(exchange: Exchange): Promise<void>
}

/** One request with what the router found, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly captures: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** How long a connection is kept on which too little comes, in milliseconds. */
export interface ConnectionTimeouts {
  /** All headers have to be here by then, counted from the first moment on. */
  readonly headersMs: number
  /** A connection on which nothing moves for so long is closed; event streams have heartbeats. */
  readonly idleMs: number
  /** A connection may wait so long for its next request. */
  readonly keepAliveMs: number
  /** How often headers are looked after: they may be late by so much more. */
  readonly checkMs: number
}

const usualTimeouts: ConnectionTimeouts = { headersMs: 10_000, idleMs: 120_000, keepAliveMs: 60_000, checkMs: 5_000 }

const maxHeaderBytes = 16 * 1024

/** Requests in flight may take so long after a stop. */
const stopPatienceMs = 5_000

/** A server that listens. Disposing it answers what is in flight, and refuses what comes later. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number
  /** How a program on this machine reaches it. */
  readonly uri: string
}

/**
 * Sends every request through the guard, then to its route; whatever happens, the client gets an answer.
 *
 * @throws INVALID_PARAMETER_VALUE when the port is taken or the address is none of this machine
 */
export async function openHttpServer({
  host,
  port,
  guard,
  router,
  log,
  onRequest,
  timeouts = usualTimeouts,
}: {
  host: string
  port: number
  guard: Guard
  router: Router<HttpRoute>
  log: Log
  onRequest: () => void
  timeouts?: ConnectionTimeouts
}): Promise<HttpServer> {
  let isStopping = false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, queryText] = splitUrl(request.url ?? '/')
    try {
      guard(request, path)
      if (isStopping) throw stopping()
      onRequest()
      const { route, captures } = router(request.method ?? '', path)
      await route.handle({ request, response, captures, query: new URLSearchParams(queryText) })
    } catch (error) {
      sendError(request, response, toAnswerable(error, `${request.method} ${path}`, response, log))
    }
  }

  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headersMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      // Uploads take as long as they take; a silent one ends by the idle time.
      requestTimeout: 0,
      connectionsCheckingInterval: timeouts.checkMs,
    },
    (request, response) => void answer(request, response),
  )
  server.timeout = timeouts.idleMs
  await listen(server, host, port)
  return {
    ...whereIs(server),
    [Symbol.asyncDispose]() {
      isStopping = true
      return close(server)
    },
  }
}

function stopping(): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The engine is stopping.', { hint: 'Try again in a second.' })
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const reason = 'code' in cause ? String(cause.code) : cause.message
      reject(
        new RunwrightError('INVALID_PARAMETER_VALUE', `Listening on ${host} port ${port} failed (${reason}).`, {
          hint: 'Choose another port, or 0 for any that is free.',
          cause,
        }),
      )
    })
    server.listen(port, host, resolve)
  })
}

/** Takes no new connections, lets those with a request finish it, and cuts what does not end. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const cut = setTimeout(() => server.closeAllConnections(), stopPatienceMs)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(cut)
      resolve()
    })
  })
}

/** An address that stands for every one is reached by loopback from here. */
function whereIs(server: Server): { port: number; uri: string } {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The server does not listen on a port.')
  const { address, family, port } = bound
  const isEveryAddress = address === '0.0.0.0' || address === '::'
  const name = isEveryAddress ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return { port, uri: `http://${name}:${port}` }
}

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** A bug is told in full to the log, and only as such to the client. */
function toAnswerable(error: unknown, request: string, response: ServerResponse, log: Log): RunwrightError {
  if (error instanceof RunwrightError) {
    if (error.code.startsWith('STORAGE_') || error.code === 'INTERNAL_ERROR') log('error', request, error)
    return error
  }
  // The client went away in the middle; nobody is there to be told, and nothing is wrong here.
  if (response.destroyed) return new RunwrightError('CANCELLED', 'The client closed the connection.')
  log('error', request, error)
  return new RunwrightError('INTERNAL_ERROR', 'The engine failed at this request.', {
    hint: 'The log, which "runwright engine logs" shows, has the reason.',
    cause: error,
  })
}
