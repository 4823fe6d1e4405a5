import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { findMd5Digest, type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteOptions, RemoteSource } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { answerByRequests, rangeFrom } from '../wire/object-requests.ts'
import { parseDate } from '../wire/parse-date.ts'
import { openGoogleToken } from '../wire/google-token.ts'
import { parseBucketUrl, parseUrl, readBoolean, readIdleMs, readNumber } from '../../object-store/remote-options.ts'
import {
  dropBody,
  expectStatus,
  readText,
  sendRequest,
  streamBody,
  type WebAnswer,
  type WebRequest,
} from '../../object-store/web.ts'

/** Google's Cloud Storage: `gs://bucket/folder`. */
const gcs: RemoteKind = {
  name: 'gs',
  accepts: (url) => /^(gs|gcs):\/\//i.test(url),
  open: openGcs,
}
export default gcs

/** A multiple of 256 KiB; what a broken connection loses at most. */
const pieceBytes = 16 << 20
const listedObjects = 1000

type Question = Pick<WebRequest, 'method' | 'body' | 'headers'> & {
  readonly url: URL
  readonly fine: readonly number[]
}

interface Bucket {
  /** Keys of the remote begin with it: empty, or with a slash at the end. */
  readonly prefix: string
  readonly label: string
  /** Of the bucket's objects, without a slash at the end. */
  readonly objects: string
  readonly uploads: string
  ask(question: Question, what: string, signal: AbortSignal): Promise<WebAnswer>
}

async function openGcs(remote: RemoteOptions): Promise<DataRemote> {
  const bucket = await openBucket(remote)
  const urlOf = (key: ObjectKey, query = '') => urlOfObject(bucket, key, query)
  return {
    ...answerByRequests({
      concurrency: readNumber(remote.options, 'jobs') ?? 16,
      pageSize: listedObjects,
      list: (prefix, signal) => listBucket(bucket, prefix, signal),
      sizeOf: (key, signal) => findSize(bucket, key, signal),
      remove: (key, signal) => bucket.ask({ method: 'DELETE', url: urlOf(key), fine: [200, 204, 404] }, key, signal),
    }),
    label: bucket.label,
    async read(key, start, signal) {
      const question = { method: 'GET', url: urlOf(key, '?alt=media'), headers: rangeFrom(start), fine: [200, 206] }
      const answer = await bucket.ask(question, key, signal)
      return streamBody(answer, answer.response.status === 200 ? start : 0)
    },
    write: (key, source, signal) => writeObject(bucket, key, source, signal),
  }
}

async function openBucket(remote: RemoteOptions): Promise<Bucket> {
  const { options, env } = remote
  const { name, prefix } = parseBucketUrl(remote.url, 'gs://BUCKET/FOLDER')
  const idleMs = readIdleMs(options, ['timeout'])
  const emulator = env['STORAGE_EMULATOR_HOST']
  const isAnonymous = readBoolean(options, 'allow_anonymous_login', emulator !== undefined)
  const token = isAnonymous ? undefined : await openGoogleToken(remote, idleMs)
  const endpoint = options.get('endpointurl') ?? emulator ?? 'https://storage.googleapis.com'
  const root = parseUrl(endpoint).href.replace(/\/*$/, '')
  return {
    prefix,
    label: `gs://${name}/${prefix}`.replace(/\/$/, ''),
    objects: `${root}/storage/v1/b/${name}/o`,
    uploads: `${root}/upload/storage/v1/b/${name}/o`,
    async ask({ method, url, headers = {}, body, fine }, what, signal) {
      const login: Record<string, string> =
        token === undefined ? {} : { authorization: `Bearer ${await token(signal)}` }
      const request = { method, url, headers: { ...headers, ...login }, signal, idleMs, ...(body && { body }) }
      return expectStatus(await sendRequest(request), what, fine)
    },
  }
}

function urlOfObject({ objects, prefix }: Bucket, key: ObjectKey, query: string): URL {
  return new URL(`${objects}/${encodeURIComponent(prefix + key)}${query}`)
}

/** Bytes of an object; undefined where there is none. */
async function findSize(bucket: Bucket, key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
  const url = urlOfObject(bucket, key, '?fields=size')
  const answer = await bucket.ask({ method: 'GET', url, fine: [200, 404] }, key, signal)
  const said = parseForeignJson(await readText(answer))
  return answer.response.status === 404 || !isRecord(said) ? undefined : Number(said['size'])
}

async function* listBucket(bucket: Bucket, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  let pageToken: string | undefined
  do {
    const url = new URL(bucket.objects)
    const query = { prefix: bucket.prefix + prefix, fields: 'items(name,size,updated),nextPageToken' }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    if (pageToken !== undefined) url.searchParams.set('pageToken', pageToken)
    const ask = async () => readText(await bucket.ask({ method: 'GET', url, fine: [200] }, bucket.label, signal))
    const said = parseForeignJson(await tryAgain(ask, signal))
    const items = isRecord(said) && Array.isArray(said['items']) ? said['items'].filter(isRecord) : []
    for (const { name, size, updated } of items) {
      const inside = typeof name === 'string' && name.startsWith(bucket.prefix)
      const key = inside ? parseObjectKey(name.slice(bucket.prefix.length)) : undefined
      if (key !== undefined) yield { key, sizeBytes: Number(size), changedAt: parseDate(updated) }
    }
    pageToken = isRecord(said) && typeof said['nextPageToken'] === 'string' ? said['nextPageToken'] : undefined
  } while (pageToken !== undefined)
}

/** Sends piece by piece; the object appears with the last one, when its md5 is the one that was told before. */
async function writeObject(bucket: Bucket, key: ObjectKey, source: RemoteSource, signal: AbortSignal): Promise<void> {
  const { sizeBytes, onBytes } = source
  let url = await startUpload(bucket, key, signal)
  let sent = 0
  await tryAgain(async (moved) => {
    let isBroken = sent > 0
    for (;;) {
      // After a break only the store knows how far it came.
      const known = isBroken ? await findSent(bucket, key, url, sizeBytes, signal) : sent
      isBroken = false
      if (known === undefined) url = await startUpload(bucket, key, signal)
      const start = known ?? 0
      if (start > sent) moved()
      onBytes?.(start - sent)
      sent = start
      if (sent === sizeBytes && sizeBytes > 0) return
      const length = Math.min(pieceBytes, sizeBytes - sent)
      const range = length === 0 ? `bytes */${sizeBytes}` : `bytes ${sent}-${sent + length - 1}/${sizeBytes}`
      const headers = { 'content-range': range }
      const body = length === 0 ? '' : { path: source.path, sizeBytes, start: sent, length }
      const answer = await bucket.ask({ method: 'PUT', url, headers, body, fine: [200, 201, 308] }, key, signal)
      await dropBody(answer)
      sent += length
      onBytes?.(length)
      moved()
      if (answer.response.status !== 308) return
    }
  }, signal)
}

async function startUpload(bucket: Bucket, key: ObjectKey, signal: AbortSignal): Promise<URL> {
  const url = new URL(`${bucket.uploads}?uploadType=resumable&name=${encodeURIComponent(bucket.prefix + key)}`)
  const md5Hash = findMd5Digest(key)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ name: bucket.prefix + key, ...(md5Hash === undefined ? {} : { md5Hash }) })
  const answer = await bucket.ask({ method: 'POST', url, headers, body, fine: [200, 201] }, key, signal)
  await dropBody(answer)
  const place = answer.response.headers.get('location')
  if (place !== null) return parseUrl(place)
  throw new RunwrightError('INVALID_STATE', `${bucket.label} begins an upload without naming it.`)
}

/**
 * Bytes that the store has of an upload; all of them when it is done. Undefined when it knows nothing of it any more: a
 * store may forget an upload that is done, or one that has waited for long.
 */
async function findSent(
  bucket: Bucket,
  key: ObjectKey,
  url: URL,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const headers = { 'content-range': `bytes */${sizeBytes}` }
  const fine = [200, 201, 308, 404, 410]
  const answer = await bucket.ask({ method: 'PUT', url, headers, body: '', fine }, key, signal)
  await dropBody(answer)
  if ([404, 410].includes(answer.response.status)) {
    return (await findSize(bucket, key, signal)) === sizeBytes ? sizeBytes : undefined
  }
  if (answer.response.status !== 308) return sizeBytes
  const [, last] = /^bytes=0-(\d+)$/.exec(answer.response.headers.get('range') ?? '') ?? []
  return last === undefined ? 0 : Number(last) + 1
}
