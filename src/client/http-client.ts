import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../protocol/client.ts'
import { errorCodes, parseErrorBody, RunwrightError } from '../protocol/errors.ts'
import type { DeliveredEvent, EventCursor } from '../protocol/events.ts'
import type { RunId } from '../protocol/ids.ts'
import { isRepeatable, sendCall } from './call.ts'
import { authorization, createFixedSource, type Endpoint, type EndpointSource, toUnreachable } from './endpoint.ts'
import { readEvents } from './event-stream.ts'
import { ConnectionError, type HttpConnections, isOk, openHttpConnections, readJson } from './http-request.ts'

/** Sends of one request before it is given up; each but the first goes to an engine that has just answered a hello. */
const maxAttempts = 4

/** A client of an engine that somebody else runs, for example a team's server. */
export function createHttpClient({ url, token }: { url: string; token?: string | undefined }): Client {
  const endpoint: Endpoint = { url: url.replace(/\/+$/, ''), token }
  return createClient(createFixedSource(endpoint), openHttpConnections())
}

/** The one implementation of `Client` over HTTP; it owns the connections. */
export function createClient(source: EndpointSource, connections: HttpConnections): Client {
  const closed = new AbortController()
  const either = (signal: AbortSignal | undefined) =>
    signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal])

  /** Sends to wherever the engine is; when the connection fails, again to where it is then. */
  async function withEngine<T>(
    send: (endpoint: Endpoint, signal: AbortSignal) => Promise<T>,
    { isRepeatable, signal: given }: { isRepeatable: boolean; signal?: AbortSignal | undefined },
  ): Promise<T> {
    const signal = either(given)
    let endpoint = await source.get(signal)
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(endpoint, signal)
      } catch (error) {
        if (!(error instanceof ConnectionError || isRefusal(error))) throw error
        const mayHaveBeenDone = error instanceof ConnectionError && error.mayHaveArrived
        if (attempt === maxAttempts || (mayHaveBeenDone && !isRepeatable)) throw toUnreachable(error)
        endpoint = await source.renew(endpoint, error, signal)
      }
    }
  }

  const call: Client['call'] = (method, params, { signal } = {}) =>
    withEngine((endpoint, signal) => sendCall(connections, endpoint, method, params, signal), {
      isRepeatable: isRepeatable(method),
      signal,
    })

  async function artifactPath(runId: RunId, path: string, signal: AbortSignal | undefined): Promise<string> {
    const { run } = await call('runs/get', { runId }, signal === undefined ? {} : { signal })
    const root = /^mlflow-artifacts:\/+(?!\/)(.+)$/.exec(run.artifactUri)?.[1]
    if (root === undefined) {
      throw new RunwrightError('NOT_IMPLEMENTED', `The artifacts of run ${runId} are kept at ${run.artifactUri}.`, {
        hint: 'The engine does not serve that place; open it with the tools it belongs to.',
      })
    }
    return `/api/2.0/mlflow-artifacts/artifacts/${`${root}/${path}`.split('/').map(encodeURIComponent).join('/')}`
  }

  return {
    call,
    events: (signal, cursor) => followEvents(source, connections, either(signal), cursor),

    async download(runId, path, given) {
      const target = await artifactPath(runId, path, given)
      return withEngine(
        async (endpoint, signal) => {
          const url = new URL(endpoint.url + target)
          const response = await connections.send({ url, method: 'GET', headers: authorization(endpoint), signal })
          if (!isOk(response)) throw parseErrorBody(await readJson(response, url, signal), response.statusCode ?? 0)
          // SAFETY: Node types its web streams apart from the global ones, which they are.
          return Readable.toWeb(response) as ReadableStream<Uint8Array>
        },
        { isRepeatable: true, signal: given },
      )
    },

    async upload(runId, path, body, given) {
      const target = await artifactPath(runId, path, given)
      await withEngine(
        async (endpoint, signal) => {
          const url = new URL(endpoint.url + target)
          const headers = { ...authorization(endpoint), 'content-type': 'application/octet-stream' }
          const response = await connections.send({ url, method: 'PUT', headers, body, signal })
          const answer = await readJson(response, url, signal)
          if (!isOk(response)) throw parseErrorBody(answer, response.statusCode ?? 0)
        },
        // A stream can be read only once.
        { isRepeatable: body instanceof Uint8Array, signal: given },
      )
    },

    async tracking() {
      const { url, token } = await source.get(closed.signal)
      return token === undefined ? { uri: url } : { uri: url, token }
    },

    [Symbol.asyncDispose]() {
      closed.abort()
      connections[Symbol.dispose]()
      return Promise.resolve()
    },
  }
}

/** An engine that is about to stop does nothing any more; the next one will. */
function isRefusal(error: unknown): error is RunwrightError {
  return error instanceof RunwrightError && error.code === 'TEMPORARILY_UNAVAILABLE'
}

const minBackoffMs = 100
const maxBackoffMs = 10_000

/** One connection after the other, each going on where the last one ended. */
async function* followEvents(
  source: EndpointSource,
  connections: HttpConnections,
  signal: AbortSignal,
  cursor: EventCursor | undefined,
): AsyncGenerator<DeliveredEvent> {
  let last = cursor
  let backoffMs = 0
  let endpoint: Endpoint | undefined
  while (!signal.aborted) {
    try {
      endpoint ??= await source.get(signal)
      for await (const delivered of readEvents(connections, endpoint, last, signal)) {
        last = delivered.cursor
        backoffMs = 0
        yield delivered
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ConnectionError) && !isTemporary(error)) throw error
      const failure = error instanceof ConnectionError ? error : toRunwrightError(error)
      await delay(backoffMs, undefined, { signal }).catch(() => undefined)
      backoffMs = Math.min(Math.max(2 * backoffMs, minBackoffMs), maxBackoffMs)
      // An engine that died is started at once; a server that is down is tried again later.
      const failed = endpoint
      endpoint = failed && (await source.renew(failed, failure, signal).catch(unlessTemporary(signal)))
    }
  }
}

function unlessTemporary(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted && !isTemporary(error)) throw error
    return undefined
  }
}

function isTemporary(error: unknown): boolean {
  return error instanceof RunwrightError && errorCodes[error.code].retry
}

function toRunwrightError(error: unknown): RunwrightError {
  return error instanceof RunwrightError ? error : new RunwrightError('INTERNAL_ERROR', String(error), { cause: error })
}
