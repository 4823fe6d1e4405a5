import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RunwrightError } from '../protocol/errors.ts'

// As an ES module it would have all its exports looked at, which loads the whole of fetch: a fifth of a short command.
const http = process.getBuiltinModule('node:http')

/** The connection failed before the whole answer was here. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** False when the server cannot have seen any of the request. */
  readonly mayHaveArrived: boolean

  constructor(message: string, { mayHaveArrived, cause }: { mayHaveArrived: boolean; cause: unknown }) {
    super(message, { cause })
    this.mayHaveArrived = mayHaveArrived
  }
}

export interface HttpRequest {
  readonly url: URL
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>
  readonly signal?: AbortSignal
  /** How long the server may be silent, before the answer and within it. Default 120 s. */
  readonly idleMs?: number
}

/** Keeps connections open between requests. */
export interface HttpConnections extends Disposable {
  /**
   * Resolves with the head of the answer, whatever its status; its body is still to be read.
   *
   * @throws ConnectionError, or CANCELLED when the signal was aborted
   */
  send(request: HttpRequest): Promise<IncomingMessage>
}

export function openHttpConnections(): HttpConnections {
  const plain = new http.Agent({ keepAlive: true })
  const secure = new https.Agent({ keepAlive: true })
  return {
    send(request) {
      const isSecure = request.url.protocol === 'https:'
      return send(request, isSecure ? https.request : http.request, isSecure ? secure : plain)
    },
    [Symbol.dispose]() {
      plain.destroy()
      secure.destroy()
    },
  }
}

function send(
  { url, method, headers = {}, body, signal, idleMs = 120_000 }: HttpRequest,
  open: typeof http.request,
  agent: Agent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled())
    const length = typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : undefined
    const request = open(url, {
      method,
      agent,
      timeout: idleMs,
      headers: { ...headers, ...(length === undefined ? {} : { 'content-length': length }) },
      ...(signal === undefined ? {} : { signal }),
    })
    let mayHaveArrived = false
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (mayHaveArrived = true))
      else mayHaveArrived = true
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${idleMs} ms`)))
    request.once('response', resolve)
    // Stays for good: once there is an answer, its own stream carries the error, and this promise is settled.
    request.on('error', (cause) => {
      reject(signal?.aborted ? cancelled() : connectionError(url, mayHaveArrived, cause))
    })
    if (body instanceof ReadableStream) {
      // SAFETY: Node types its web streams apart from the global ones, which they are.
      const source = Readable.fromWeb(body as import('node:stream/web').ReadableStream<Uint8Array>)
      pipeline(source, request).catch((error) => request.destroy(error))
    } else {
      request.end(body)
    }
  })
}

/** Reads a whole body. @throws ConnectionError when it breaks off, CANCELLED when the signal is aborted */
export async function readBytes(response: IncomingMessage, url: URL, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk)
  } catch (cause) {
    throw signal?.aborted ? cancelled() : connectionError(url, true, cause)
  }
  return Buffer.concat(chunks)
}

/** The body as JSON; undefined when it is none. */
export async function readJson(response: IncomingMessage, url: URL, signal?: AbortSignal): Promise<unknown> {
  const bytes = await readBytes(response, url, signal)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

export function isOk(response: IncomingMessage): boolean {
  return response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300
}

export function cancelled(): RunwrightError {
  return new RunwrightError('CANCELLED', 'The request was cancelled.')
}

function connectionError(url: URL, mayHaveArrived: boolean, cause: unknown): ConnectionError {
  const reason = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
  return new ConnectionError(`${url.origin} cannot be reached (${reason}).`, { mayHaveArrived, cause })
}
