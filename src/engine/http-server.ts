import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { RunwrightError } from '../protocol/errors.ts'
import { sendError } from './http.ts'
import type { Guard } from './guard.ts'
import type { Log } from './log.ts'
import type { Router } from './router.ts'

/** What answers one verb and path: the whole answer is sent when the promise settles. */
export interface HttpRoute {
  readonly verb: string
  readonly path: string
  handle(exchange: Exchange): Promise<void>
}

/** One request with what the router found, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly captures: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

const timeouts = {
  /** All headers have to be here by then. */
  headersMs: 10_000,
  /** A connection on which nothing moves for so long is closed; event streams have heartbeats. */
  idleMs: 120_000,
  /** A connection may wait so long for its next request. */
  keepAliveMs: 60_000,
}

const maxHeaderBytes = 16 * 1024

/** Sends every request through the guard, then to its route; whatever happens, the client gets an answer. */
export function createHttpServer({
  guard,
  router,
  log,
  onRequest,
}: {
  guard: Guard
  router: Router<HttpRoute>
  log: Log
  onRequest: () => void
}): Server {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, queryText] = splitUrl(request.url ?? '/')
    try {
      guard(request, path)
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
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => void answer(request, response),
  )
  server.timeout = timeouts.idleMs
  return server
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
