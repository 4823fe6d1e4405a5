import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { bulkContentType, encodeBulk } from '../protocol/bulk.ts'
import { type ErrorCode, errorCodes, RunwrightError, toErrorBody } from '../protocol/errors.ts'
import { parseForeignJson, stringifyJson } from '../protocol/json.ts'
import type { ByteSource } from '../tracking/artifact-file.ts'
import type { ByteRange } from '../tracking/artifact-store.ts'
import type { RestRequest, StreamAnswer } from '../tracking/route.ts'
import { bodyLimits, hasBody, tooLarge } from './guard.ts'
import { sendStream } from './send-stream.ts'

/** A JSON body has to be here by then; nothing that a client holds in memory takes longer. */
const jsonTimeoutMs = 60_000

/**
 * Reads and parses a JSON body, gzip or plain; undefined for an empty one.
 *
 * @throws BAD_REQUEST when it is no JSON, nested too deep, or incomplete in time; INVALID_PARAMETER_VALUE when it is too large, which
 *   is told by what has arrived and what that unpacks to, whatever the headers say
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = (await readBytes(request)).toString('utf8')
  if (text === '') return undefined
  const body = parseForeignJson(text)
  if (body !== undefined) return body
  throw new RunwrightError('BAD_REQUEST', 'The body is not JSON, or is nested too deep.')
}

/**
 * Reads a body that fits into memory, gzip or plain.
 *
 * @throws BAD_REQUEST when it is incomplete in time; INVALID_PARAMETER_VALUE when it is too large
 */
export function readBytes(request: IncomingMessage, limit = bodyLimits.jsonSizeBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const isGzip = request.headers['content-encoding'] === 'gzip'
    const source: Readable = isGzip ? request.pipe(createGunzip()) : request
    const chunks: Buffer[] = []
    let sizeBytes = 0
    const timer = setTimeout(() => fail(badBody('The body did not arrive in time.')), jsonTimeoutMs)

    function fail(error: RunwrightError): void {
      clearTimeout(timer)
      if (isGzip) {
        request.unpipe()
        source.destroy()
      } else {
        source.pause().removeAllListeners('data')
      }
      reject(error)
    }

    source.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length
      if (sizeBytes > limit) fail(tooLarge(limit))
      else chunks.push(chunk)
    })
    source.once('end', () => {
      clearTimeout(timer)
      const [first] = chunks
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
    })
    source.once('error', () => fail(badBody(isGzip ? 'The body is not gzip.' : 'The body ended early.')))
    // Without this a client that goes away in the middle would leave the promise open.
    request.once('close', () => {
      if (!request.readableEnded) fail(badBody('The body ended early.'))
    })
  })
}

function badBody(message: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', message)
}

/**
 * How a client reaches the engine: by the name that it has called, which the guard has let through, since a tunnel may
 * lead here from another port than ours. A proxy in front that speaks TLS says so.
 */
export function describeServer({ headers }: IncomingMessage): RestRequest['server'] {
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  const { authorization } = headers
  return {
    uri: `${scheme}://${headers.host ?? ''}`,
    headers: authorization === undefined ? {} : { Authorization: authorization },
  }
}

/**
 * The body as it comes, unpacked when it is gzip. Not as a web stream: that took a quarter more of the processor. One
 * that comes with its MD5 in `Content-MD5` ends with an error when it is another.
 */
export function openBody(request: IncomingMessage): ByteSource {
  const isGzip = request.headers['content-encoding'] === 'gzip'
  const md5 = request.headers['content-md5']?.toString()
  // Of what was sent, packed or not.
  const read = () => (md5 === undefined ? request[Symbol.asyncIterator]() : holdToMd5(request, md5))
  if (!isGzip) return { [Symbol.asyncIterator]: read, release }
  const sent = md5 === undefined ? request : Readable.from(read(), { objectMode: false })
  const unpacked = sent.pipe(createGunzip())
  sent.once('error', (error) => unpacked.destroy(error))
  return unpacked
}

async function* holdToMd5(source: AsyncIterable<Uint8Array>, told: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('md5')
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest().equals(Buffer.from(told, 'base64'))) return
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'What has arrived has another MD5 than Content-MD5 says.', {
    hint: 'Send it again; nothing of it is kept.',
  })
}

/**
 * Gives the memory of a piece that came over a connection back at once. Left to the collector, each 64 MB of such pieces
 * make it look through the whole heap, which took half of what an upload cost.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  // Only memory that is the piece's alone.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/**
 * The one range of bytes that is asked for; undefined for none, and for what need not be honoured: several at once, other
 * units, and ranges of a version that a client knows by a tag, of which there are none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range
 */
export function parseRange(headers: IncomingMessage['headers']): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(headers.range ?? '') ?? []
  if (headers['if-range'] !== undefined || (first === '' && last === '')) return undefined
  if (first === '') return { last: Number(last) }
  const start = Number(first)
  if (last === '') return { start }
  return Number(last) < start ? undefined : { start, end: Number(last) + 1 }
}

/** Aborted when the client goes away before it has the whole answer. */
export function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

const jsonHeaders = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }

export function sendJson(response: ServerResponse, value: object, status = 200): void {
  sendJsonText(response, stringifyJson(value), status)
}

/** Waits with each piece until the client has taken those before; what is one piece goes as any other JSON. */
export async function sendWrittenJson(
  response: ServerResponse,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const left = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
  const [first, second] = [await left.next(), await left.next()]
  if (first.done === true || second.done === true) {
    sendJsonText(response, first.done === true ? '{}' : first.value, 200)
    return
  }
  // As bytes: a text would be gone through once for its length and once more to be sent.
  async function* all(): AsyncGenerator<Buffer> {
    yield Buffer.from(first.value)
    yield Buffer.from(second.value)
    for await (const piece of { [Symbol.asyncIterator]: () => left }) yield Buffer.from(piece)
  }
  response.writeHead(200, jsonHeaders)
  await pipeline(Readable.from(all()), response)
}

function sendJsonText(response: ServerResponse, text: string, status: number): void {
  response.writeHead(status, { ...jsonHeaders, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** A result with typed arrays in it. */
export function sendBulk(response: ServerResponse, value: object): void {
  const bytes = encodeBulk(value)
  response.writeHead(200, {
    'content-type': bulkContentType,
    'x-content-type-options': 'nosniff',
    'content-length': bytes.byteLength,
  })
  response.end(bytes)
}

export function sendBytes(response: ServerResponse, bytes: Uint8Array, contentType: string): void {
  const headers = { 'content-type': contentType, 'x-content-type-options': 'nosniff' }
  response.writeHead(200, { ...headers, 'content-length': bytes.byteLength })
  response.end(bytes)
}

export function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(text)
}

/** Says what went wrong, or cuts the connection when an answer had already begun. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: RunwrightError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  // What is left of the body is not worth reading, so the connection cannot be used again.
  if (hasBody(request.headers) && !request.readableEnded) response.setHeader('connection', 'close')
  if (error.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer')
  sendJson(response, toErrorBody(error), statusOf(error.code))
}

function statusOf(code: ErrorCode): number {
  return errorCodes[code].status
}

/**
 * Sends what a stream route answers. Bytes come from users' programs: nothing in them is run or shown by a browser in
 * the engine's name.
 */
export async function sendStreamAnswer(response: ServerResponse, answer: StreamAnswer, isPart: boolean): Promise<void> {
  if ('json' in answer) {
    if (answer.etag !== undefined) response.setHeader('etag', `"${answer.etag}"`)
    sendJsonText(response, JSON.stringify(answer.json), 200)
    return
  }
  const { start, end, sizeBytes } = answer
  if (isPart && start >= end) {
    await answer.bytes.cancel()
    response.setHeader('content-range', `bytes */${sizeBytes}`)
    const message = `The file has ${sizeBytes} bytes, and none of those that were asked for.`
    sendJson(response, toErrorBody(new RunwrightError('INVALID_PARAMETER_VALUE', message)), 416)
    return
  }
  response.writeHead(isPart ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': end - start,
    'accept-ranges': 'bytes',
    ...(isPart ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
    'content-disposition': `attachment; filename*=UTF-8''${encodeFileName(answer.fileName)}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
  await sendStream(response, answer.bytes)
}

/** RFC 8187 lets fewer characters stand for themselves than encodeURIComponent does. */
function encodeFileName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
}
