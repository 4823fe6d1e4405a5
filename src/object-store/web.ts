import { open, readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type ErrorCode, RunwrightError } from '../protocol/errors.ts'

/** A file that is sent, or a part of it. */
export interface FileSource {
  /** Absolute path of a file that does not change meanwhile. */
  readonly path: string
  /** Of the file. */
  readonly sizeBytes: number
  readonly onBytes?: (count: number) => void
}

/** A part of a file that is sent as the body of a request. */
export interface FileBody extends FileSource {
  /** First byte, from 0. */
  readonly start: number
  /** Bytes from there. */
  readonly length: number
}

/** Bytes in memory that are sent piece by piece, so that a slow line is not taken for a silent one. */
export interface ChunkBody {
  readonly chunks: readonly Uint8Array[]
  /** Of all of them together, in bytes. */
  readonly length: number
}

export interface WebRequest {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | ChunkBody | FileBody
  readonly signal: AbortSignal
  /** How long the other side may be silent. */
  readonly idleMs: number
  /** Whether another address may answer in its place; default no. */
  readonly follow?: boolean
}

/** Silence after which a connection counts as broken, unless the remote's settings say another time. */
export const defaultIdleMs = 60_000

/** Up to here a file is read at once, which is cheaper than a stream. */
const smallBytes = 1 << 20
/** Read and sent at a time. */
const pieceBytes = 128 << 10

/**
 * Sends a request and resolves with the head of the answer, whatever its status.
 *
 * @throws TEMPORARILY_UNAVAILABLE when nobody answers, CANCELLED
 */
export async function sendRequest(request: WebRequest): Promise<WebAnswer> {
  const { method, url, headers = {}, body, signal, follow = false } = request
  const silence = watchSilence(request)
  // A request that is answered before all of it is sent leaves its file open.
  let close: () => void = () => undefined
  const watch = {
    ...silence,
    end() {
      silence.end()
      close()
    },
  }
  const length = typeof body === 'string' || body instanceof Uint8Array ? undefined : body?.length
  // What is still on its way when the request has failed is no progress.
  let isOver = false
  const moved = () => {
    watch.isAlive()
    return !isOver
  }
  try {
    const opened = body === undefined ? undefined : await openBody(body, moved)
    if (typeof opened === 'object' && 'return' in opened) close = () => void opened.return().catch(() => undefined)
    const response = await fetch(url, {
      method,
      headers: length === undefined ? headers : { ...headers, 'content-length': String(length) },
      signal: watch.signal,
      redirect: follow ? 'follow' : 'manual',
      ...(opened === undefined ? {} : { body: opened, duplex: 'half' }),
    })
    watch.isAlive()
    return { response, url, watch }
  } catch (error) {
    isOver = true
    watch.end()
    throw explainBreak(error, url, signal)
  }
}

export interface WebAnswer {
  readonly response: Response
  readonly url: URL
  readonly watch: SilenceWatch
}

interface SilenceWatch {
  readonly signal: AbortSignal
  readonly user: AbortSignal
  readonly isAlive: () => void
  readonly end: () => void
}

/** Aborts the request when nothing was sent or received for a while, or when the user has cancelled. */
function watchSilence({ signal, idleMs, url }: WebRequest): SilenceWatch {
  const silence = new AbortController()
  const words = `${url.host} was silent for ${idleMs / 1000} s.`
  const timer = setTimeout(() => silence.abort(new RunwrightError('TEMPORARILY_UNAVAILABLE', words)), idleMs)
  timer.unref()
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    user: signal,
    isAlive: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  }
}

async function openBody(
  body: string | Uint8Array | ChunkBody | FileBody,
  moved: () => boolean,
): Promise<string | Uint8Array | AsyncGenerator<Uint8Array, void>> {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if ('chunks' in body) return readChunkBody(body, moved)
  const { path, start, length, sizeBytes, onBytes } = body
  if (start === 0 && length === sizeBytes && length <= smallBytes) {
    const bytes = await readFile(path)
    onBytes?.(bytes.byteLength)
    return bytes
  }
  return readPart(body, moved)
}

async function* readChunkBody({ chunks }: ChunkBody, moved: () => boolean): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) {
    yield chunk
    moved()
  }
}

/** Two buffers by turns: gigabytes of garbage are collected too late. Whoever sends takes a copy of each. */
async function* readPart(
  { path, start, length, onBytes }: FileBody,
  moved: () => boolean,
): AsyncGenerator<Uint8Array, void> {
  await using file = await open(path)
  const buffers = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)] as const
  for (let done = 0, turn = 0; done < length; turn = 1 - turn) {
    const buffer = turn === 0 ? buffers[0] : buffers[1]
    const { bytesRead } = await file.read(buffer, 0, Math.min(pieceBytes, length - done), start + done)
    // A file that is shorter than it was breaks the request, for the other side waits for more.
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    done += bytesRead
    if (moved()) onBytes?.(bytesRead)
  }
}

/**
 * The body as it comes; it ends with an error when the connection breaks or falls silent.
 *
 * @param skip bytes at its beginning that are not wanted, of a server that sends only whole bodies
 */
export function streamBody(answer: WebAnswer, skip = 0): Readable {
  return Readable.from(readChunks(answer, skip), { objectMode: false, highWaterMark: 1 << 20 })
}

async function* readChunks({ response, url, watch }: WebAnswer, skip: number): AsyncGenerator<Uint8Array> {
  let left = skip
  try {
    for await (const chunk of response.body ?? []) {
      watch.isAlive()
      const wanted = chunk.subarray(Math.min(left, chunk.length))
      left -= chunk.length - wanted.length
      if (wanted.length > 0) yield wanted
    }
  } catch (error) {
    throw explainBreak(error, url, watch.user)
  } finally {
    watch.end()
  }
}

/** Far above what a list of thousands of objects takes; packed bodies count as they unpack. */
const maxTextBytes = 64 << 20

/** The whole body of an answer that is known to be short. @throws INVALID_STATE for one that is not */
export async function readText(answer: WebAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of readChunks(answer, 0)) {
    size += chunk.length
    if (size > maxTextBytes) {
      throw new RunwrightError('INVALID_STATE', `${answer.url.host} sends an answer without an end.`, {
        hint: `It was cut off after ${maxTextBytes >> 20} MiB. Is this the address of such a remote?`,
      })
    }
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** Reads what is left, so that the connection can be used again. */
export async function dropBody(answer: WebAnswer): Promise<void> {
  await readText(answer).catch(() => undefined)
}

function explainBreak(error: unknown, url: URL, signal: AbortSignal): RunwrightError {
  if (signal.aborted) return new RunwrightError('CANCELLED', 'Cancelled.')
  if (error instanceof RunwrightError) return error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', `${url.host} cannot be reached (${reason}).`, {
    hint: 'Check the network, and the address of the remote: "runwright data remote list" shows it.',
    cause: error,
  })
}

/**
 * What an answer that is no success means.
 *
 * @param what was asked for, as `files/md5/ab/cd…`
 * @param said what the server wrote of it, in one line
 */
export function explainStatus({ response: { status }, url }: WebAnswer, what: string, said: string): RunwrightError {
  const code = codeOf(status)
  const words = said === '' ? '' : ` (${said.slice(0, 300)})`
  const hint = hints[code]
  return new RunwrightError(
    code,
    `${url.host} answered ${status} for ${what}${words}.`,
    hint === undefined ? {} : { hint },
  )
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'PERMISSION_DENIED'
  if (status === 404 || status === 410) return 'RESOURCE_DOES_NOT_EXIST'
  if (status === 507 || status === 413) return 'STORAGE_FULL'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'TEMPORARILY_UNAVAILABLE'
  return 'INVALID_STATE'
}

const hints: Partial<Record<ErrorCode, string>> = {
  PERMISSION_DENIED: 'Check the user, password or key of the remote, and what they are allowed to do there.',
  STORAGE_FULL: 'Make room there, or have the limit raised.',
}

/** @throws the error that the status stands for; the body is read to its end then */
export async function expectStatus(answer: WebAnswer, what: string, fine: readonly number[]): Promise<WebAnswer> {
  if (fine.includes(answer.response.status)) return answer
  const text = await readText(answer).catch(() => '')
  throw explainStatus(answer, what, summarize(text))
}

/** The code and message of an error in XML or JSON, or the first words of a page. */
function summarize(text: string): string {
  const [code, message] = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1])
  if (code !== undefined) return message === undefined ? code : `${code}: ${message.split('\n')[0] ?? ''}`
  const json = /"message"\s*:\s*"([^"]*)"/.exec(text)?.[1]
  return (
    json ??
    text
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 120)
  )
}
