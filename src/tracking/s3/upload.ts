import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import { startUpload } from '../../object-store/start-upload.ts'
import { type ChunkBody, dropBody, readText } from '../../object-store/web.ts'
import { readElement, readElements } from '../../object-store/xml.ts'
import { explainFault, readFault } from './explain-s3.ts'
import { hashChunks, type Objects, readKey } from './objects.ts'

/** What fits into one is sent at once. */
export const partBytes = 8 << 20
/** S3 takes ten thousand parts, so those of a very large object grow. */
const smallParts = 1000
const largePartBytes = 64 << 20
const maxParts = 10_000
/** Of one upload, while the next part is being filled. */
const partsAtATime = 2

/** Lets so many parts of all uploads be on their way at a time, so that memory does not grow with the uploads. */
export interface PartTurns {
  take(): Promise<Disposable>
}

export function createPartTurns(limit: number): PartTurns {
  let free = limit
  const waiting: (() => void)[] = []
  const turn = (): Disposable => ({
    [Symbol.dispose]() {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    },
  })
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return turn()
    },
  }
}

/**
 * Sends a body of unknown length as an object: at once when it is short, else in parts that are put together when the last
 * one is there. Each goes with its MD5, which the store holds it to. When the body or the line breaks, the parts are taken
 * away again; those of a process that was killed are seen by nobody, and `abandonStale` takes them away.
 */
export async function sendObject(
  objects: Objects,
  key: string,
  body: AsyncIterable<Uint8Array>,
  turns: PartTurns,
): Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  let uploadId: string | undefined
  const sending: Promise<Part>[] = []
  try {
    for await (const part of cutIntoParts(body)) {
      if (part.isLast && uploadId === undefined) return await objects.put(key, part, signal)
      uploadId ??= await startUpload(objects, key, signal)
      const number = sending.length + 1
      if (number > maxParts) throw tooLarge(key)
      if (number > partsAtATime) await sending[number - partsAtATime - 1]
      const turn = await turns.take()
      const sent = sendPart(objects, { key, uploadId, number }, part, signal).finally(() => turn[Symbol.dispose]())
      // Whoever awaits it next gets the error; until then it must not count as unhandled.
      sent.catch(() => {})
      sending.push(sent)
    }
    if (uploadId !== undefined) await completeUpload(objects, key, uploadId, await Promise.all(sending), signal)
  } catch (error) {
    stopping.abort()
    await Promise.allSettled(sending)
    if (uploadId !== undefined) await abortUpload(objects, key, uploadId).catch(() => undefined)
    throw error
  }
}

interface Part {
  readonly number: number
  readonly etag: string
  readonly md5: Buffer
}

/** The chunks as they come, in parts; the last one, which may be empty, is told to be it. */
async function* cutIntoParts(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ChunkBody & { readonly isLast: boolean }> {
  let [chunks, length, count]: [Uint8Array[], number, number] = [[], 0, 0]
  for await (const chunk of body) {
    let rest = chunk
    for (;;) {
      const room = (count < smallParts ? partBytes : largePartBytes) - length
      // A part that is just full may be the last.
      if (rest.length === 0) break
      if (room === 0) {
        yield { chunks, length, isLast: false }
        count += 1
        chunks = []
        length = 0
        continue
      }
      const taken = rest.subarray(0, room)
      chunks.push(taken)
      length += taken.length
      rest = rest.subarray(taken.length)
    }
  }
  yield { chunks, length, isLast: true }
}

async function sendPart(
  objects: Objects,
  { key, uploadId, number }: { readonly key: string; readonly uploadId: string; readonly number: number },
  body: ChunkBody,
  signal: AbortSignal,
): Promise<Part> {
  const md5 = hashChunks(body)
  const query = { partNumber: String(number), uploadId }
  const headers = { 'content-md5': md5.toString('base64') }
  const answer = await objects.ask({ method: 'PUT', key, query, headers, body, fine: [200] }, signal)
  await dropBody(answer)
  return { number, md5, etag: (answer.response.headers.get('etag') ?? '').replaceAll('"', '') }
}

async function completeUpload(
  objects: Objects,
  key: string,
  uploadId: string,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<void> {
  const list = parts.map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
  const question = { method: 'POST', key, query: { uploadId }, body, fine: [200, 404] }
  const answer = await objects.ask(question, signal)
  if (answer.response.status === 404) {
    const fault = await readFault(answer)
    // It was put together, and the answer was lost.
    if (
      fault.code === 'NoSuchUpload' &&
      (await objects.head(key, signal))?.etag.includes(joinTags(parts.map(({ md5 }) => md5)))
    )
      return
    throw explainFault(objects.label, `the end of '${key}'`, fault)
  }
  const text = await readText(answer)
  // It begins to answer before it knows how it ends.
  if (text.includes('<Error>')) {
    const reason = readElement(text, 'Message') ?? readElement(text, 'Code') ?? ''
    throw new RunwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `${objects.label} could not put '${key}' together: ${reason}.`,
      {
        hint: 'Send it again; nothing of it is kept.',
      },
    )
  }
}

/** What S3 calls an object of parts, where nothing is encrypted by keys of its own. */
function joinTags(parts: readonly Buffer[]): string {
  const hash = createHash('md5')
  for (const md5 of parts) hash.update(md5)
  return `${hash.digest('hex')}-${parts.length}`
}

/** What S3 would call an object of these bytes that `sendObject` has sent. */
export async function tagOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of cutIntoParts(body)) {
    parts.push(hashChunks(part))
    if (part.isLast && parts.length === 1) return parts[0]?.toString('hex') ?? ''
  }
  return joinTags(parts)
}

async function abortUpload(objects: Objects, key: string, uploadId: string): Promise<void> {
  const { signal } = new AbortController()
  await dropBody(await objects.ask({ method: 'DELETE', key, query: { uploadId }, fine: [200, 204, 404] }, signal))
}

/**
 * Begins an upload and takes it away: whoever may do that may write, and nothing is seen of it.
 *
 * @throws what a write would
 */
export async function checkWritable(objects: Objects, key: string, signal: AbortSignal): Promise<void> {
  await abortUpload(objects, key, await startUpload(objects, key, signal))
}

export interface UnfinishedUpload {
  readonly key: string
  readonly uploadId: string
  /** When it was begun. Milliseconds since 1970-01-01 UTC; NaN where the store does not tell. */
  readonly beginTime: number
}

/** Uploads in parts that have begun and not ended: those of now, and those of processes that were killed. */
export async function* listUnfinished(objects: Objects, signal: AbortSignal): AsyncGenerator<UnfinishedUpload> {
  const query = { uploads: '', 'encoding-type': 'url', prefix: objects.prefix }
  // Some stores do not know the question, and some do not let everybody ask it.
  const answer = await objects.ask({ method: 'GET', query, fine: [200, 403, 404, 501] }, signal)
  const text = await readText(answer)
  if (answer.response.status !== 200) return
  for (const upload of readElements(text, 'Upload')) {
    const key = readKey(text, upload, 'Key')
    const uploadId = readElement(upload, 'UploadId')
    if (uploadId === undefined || !key.startsWith(objects.prefix)) continue
    const beginTime = Date.parse(readElement(upload, 'Initiated') ?? '')
    yield { key: key.slice(objects.prefix.length), uploadId, beginTime }
  }
}

/**
 * Takes uploads away that were begun before a time and have not ended: nobody completes them any more.
 *
 * @param before milliseconds since 1970-01-01 UTC
 */
export async function abandonStale(objects: Objects, before: number, signal: AbortSignal): Promise<void> {
  for await (const { key, uploadId, beginTime } of listUnfinished(objects, signal)) {
    if (beginTime < before) await abortUpload(objects, key, uploadId)
  }
}

function tooLarge(key: string): RunwrightError {
  return new RunwrightError('STORAGE_FULL', `'${key}' is too large for an object of the store.`, {
    hint: 'Store it in several artifacts.',
  })
}
