import { open, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { toStorageError } from '../../store/storage-error.ts'
import type { RemoteOptions } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { defaultIdleMs, expectStatus, sendRequest, streamBody, type WebAnswer } from '../../object-store/web.ts'
import { openBucket } from '../../object-store/s3-bucket.ts'
import type { Work } from '../work.ts'
import type { UrlSource } from './import-pointer.ts'

/** What is behind a url, as it is now. */
type Version = Pick<UrlSource, 'version' | 'sizeBytes'>

export function isImportUrl(text: string): boolean {
  return /^(https?|s3):\/\//i.test(text)
}

/**
 * Brings what a url leads to into a file. Where the connection breaks it goes on from there, as long as the other side
 * still has the same version.
 *
 * @param known the version that is here already; the file is not written where it still holds
 * @returns undefined where it does
 * @throws RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, STORAGE_FULL, CANCELLED
 */
export async function downloadUrl(
  url: string,
  to: string,
  { env, known }: { readonly env: RemoteOptions['env']; readonly known: string | undefined },
  work: Work,
): Promise<Version | undefined> {
  const ask = await openUrl(url, env)
  await using file = await open(to, 'wx')
  let size = 0
  let version: Version | undefined
  return await tryAgain(async (moved) => {
    const mark = version?.version?.value
    const isResumed = size > 0 && mark !== undefined
    const answer = await ask(isResumed ? { range: `bytes=${size}-`, 'if-range': quoteTag(mark) } : {}, work.signal)
    const next = readVersion(url, answer)
    const isPart = answer.response.status === 206
    if (!isPart) {
      if (known !== undefined && next.version?.value === known) {
        streamBody(answer).destroy()
        await rm(to, { force: true })
        return undefined
      }
      version = next
      size = 0
      await file.truncate(0)
    }
    for await (const chunk of streamBody(answer) satisfies Readable as AsyncIterable<Buffer>) {
      moved()
      await file.write(chunk, 0, chunk.length, size).catch((error: unknown) => {
        throw toStorageError(error, to)
      })
      size += chunk.length
      const totalBytes = version?.sizeBytes
      work.progress({ phase: 'download', doneFiles: 0, totalFiles: 1, doneBytes: size, totalBytes })
    }
    return version
  }, work.signal)
}

async function openUrl(url: string, env: RemoteOptions['env']) {
  if (/^https?:/i.test(url)) {
    return async (headers: Record<string, string>, signal: AbortSignal): Promise<WebAnswer> => {
      const all = { 'accept-encoding': 'identity', ...headers }
      const request = { method: 'GET', url: new URL(url), headers: all, signal, idleMs: defaultIdleMs, follow: true }
      return expectStatus(await sendRequest(request), url, [200, 206])
    }
  }
  const at = url.lastIndexOf('/')
  const bucket = await openBucket({ url: url.slice(0, at), options: new Map(), env })
  return (headers: Record<string, string>, signal: AbortSignal) =>
    bucket.ask({ method: 'GET', key: url.slice(at + 1), headers, fine: [200, 206] }, signal)
}

/** DVC keeps the ETag of S3 without its quotes, and that of a web server as it is. */
function readVersion(url: string, { response }: WebAnswer): Version {
  const { headers } = response
  const length = headers.get('content-length')
  const sizeBytes = length === null ? undefined : Number(length)
  if (/^s3:/i.test(url)) {
    const value = (headers.get('etag') ?? '').replaceAll('"', '')
    return { sizeBytes, version: value === '' ? undefined : { field: 'etag', value } }
  }
  const value = headers.get('etag') ?? headers.get('content-md5')
  return { sizeBytes, version: value === null ? undefined : { field: 'checksum', value } }
}

function quoteTag(tag: string): string {
  return tag.includes('"') ? tag : `"${tag}"`
}
