import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { dropBody, streamBody, type WebAnswer } from '../../object-store/web.ts'
import type { ByteRange, OpenBytes } from '../artifact-store.ts'
import type { Objects } from './objects.ts'

/** Breaks of the line without a byte between them, after which it is given up. */
const maxBreaks = 5
const firstPauseMs = 100

/**
 * Opens a part of an object. Where the line breaks it goes on with the byte after the last, of the same version: what is
 * stored under the key meanwhile is never mixed into it.
 *
 * @returns undefined where there is no such object
 */
export async function openObject(objects: Objects, key: string, range: ByteRange): Promise<OpenBytes | undefined> {
  const stopping = new AbortController()
  const { signal } = stopping
  const { last, start: wanted = 0 } = range
  if (last === 0 || (range.end !== undefined && range.end <= wanted)) return openNothing(objects, key, signal)
  const isWhole = wanted === 0 && range.end === undefined && last === undefined
  const headers = isWhole ? {} : { range: last === undefined ? writeRange(wanted, range.end) : `bytes=-${last}` }
  const answer = await objects.get(key, headers, signal)
  if (answer === undefined) return undefined
  if (answer.response.status === 416) {
    // It begins behind the end, or the object is empty.
    await dropBody(answer)
    return openNothing(objects, key, signal)
  }
  const sizeBytes = readTotal(answer)
  const start = last === undefined ? Math.min(wanted, sizeBytes) : Math.max(0, sizeBytes - last)
  const end = Math.min(range.end ?? sizeBytes, sizeBytes)
  // Of a store that does not know ranges.
  const skip = answer.response.status === 200 ? start : 0
  const etag = answer.response.headers.get('etag')
  const chunks = readOn({ objects, key, etag, signal }, answer, { start, end, skip })
  const bytes = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        stopping.abort()
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 1 },
  )
  return { bytes, sizeBytes, start, end }
}

async function openNothing(objects: Objects, key: string, signal: AbortSignal): Promise<OpenBytes | undefined> {
  const found = await objects.head(key, signal)
  return (
    found && {
      bytes: ReadableStream.from<Uint8Array>([]),
      sizeBytes: found.sizeBytes,
      start: found.sizeBytes,
      end: found.sizeBytes,
    }
  )
}

interface Version {
  readonly objects: Objects
  readonly key: string
  readonly etag: string | null
  readonly signal: AbortSignal
}

async function* readOn(
  version: Version,
  first: WebAnswer,
  { start, end, skip }: { readonly start: number; readonly end: number; readonly skip: number },
): AsyncGenerator<Uint8Array, undefined> {
  let [answer, at, breaks, left] = [first, start, 0, skip]
  while (at < end) {
    try {
      for await (const chunk of streamBody(answer, left)) {
        // SAFETY: `streamBody` reads bytes, and Node's streams do not say so.
        const bytes = (chunk as Uint8Array).subarray(0, end - at)
        at += bytes.length
        breaks = 0
        if (bytes.length > 0) yield bytes
        if (at >= end) return undefined
      }
      // An answer that ends early is a line that broke.
      throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `'${version.key}' ended early.`)
    } catch (error) {
      const mayHelp = error instanceof RunwrightError && error.code === 'TEMPORARILY_UNAVAILABLE'
      if (!mayHelp || version.etag === null || (breaks += 1) > maxBreaks) throw error
      await delay(firstPauseMs * 2 ** breaks, undefined, { signal: version.signal })
      answer = await openAgain(version, at, end)
      left = 0
    }
  }
  return undefined
}

async function openAgain({ objects, key, etag, signal }: Version, at: number, end: number): Promise<WebAnswer> {
  const answer = await objects.get(key, { range: writeRange(at, end), 'if-match': etag ?? '' }, signal)
  if (answer?.response.status === 206) return answer
  if (answer !== undefined) await dropBody(answer)
  throw new RunwrightError('RESOURCE_CONFLICT', `'${key}' was replaced or deleted while it was read.`, {
    hint: 'Read it again.',
  })
}

function writeRange(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? '' : end - 1}`
}

/** Of the whole object, in bytes. */
function readTotal({ response: { status, headers } }: WebAnswer): number {
  const ofRange = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
  return Number(status === 206 ? ofRange : headers.get('content-length'))
}
