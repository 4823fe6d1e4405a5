import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { findDataHash, type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, RemoteKind, RemoteOptions, RemoteSource } from '../remote.ts'
import { tryAgain } from '../transfer/try-again.ts'
import { loadAwsAccess } from '../wire/aws-credentials.ts'
import { encodeForAws, signForAws, unsignedPayload } from '../wire/aws-signature.ts'
import { findObjects } from '../wire/find-objects.ts'
import { parseUrl, readBoolean, readIdleMs, readNumber } from '../wire/remote-options.ts'
import {
  dropBody,
  expectStatus,
  readText,
  sendRequest,
  streamBody,
  type WebAnswer,
  type WebRequest,
} from '../wire/web.ts'
import { readElement, readElements } from '../wire/xml.ts'

/** Amazon's S3 and all that speak like it. */
const s3: RemoteKind = {
  name: 's3',
  accepts: (url) => /^s3:\/\//i.test(url),
  open: openS3,
}
export default s3

/** Above it an object is sent in parts, and goes on where it was broken off, after the end of this process as well. */
const multipartBytes = 64 << 20
const maxParts = 10_000
const listedKeys = 1000

interface Bucket {
  /** Keys of the remote begin with it: empty, or with a slash at the end. */
  readonly prefix: string
  readonly label: string
  /** Answers with one of these statuses, or throws. */
  ask(request: Question, signal: AbortSignal): Promise<WebAnswer>
}

type Question = Pick<WebRequest, 'method' | 'body' | 'headers'> & {
  /** Of the object; undefined for the bucket. */
  readonly key?: ObjectKey
  readonly query?: Readonly<Record<string, string>>
  readonly fine: readonly number[]
}

async function openS3(remote: RemoteOptions): Promise<DataRemote> {
  const bucket = await openBucket(remote)
  const concurrency = readNumber(remote.options, 'jobs') ?? 16
  const list: DataRemote['list'] = (prefix, signal) => listBucket(bucket, prefix, signal)
  return {
    label: bucket.label,
    concurrency,
    find: (keys, signal) =>
      findObjects(keys, { concurrency, list, pageSize: listedKeys, ask: (key) => sizeOf(bucket, key, signal) }, signal),
    list,
    async read(key, start, signal) {
      const headers: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` }
      return streamBody(await bucket.ask({ method: 'GET', key, headers, fine: start === 0 ? [200] : [206] }, signal))
    },
    async write(key, source, signal) {
      if (source.sizeBytes > multipartBytes) return writeParts(bucket, key, source, signal)
      const hash = findDataHash(key)
      const headers = {
        'content-type': 'application/octet-stream',
        // The name is the md5, so the store checks that all has arrived as it is.
        ...(hash === undefined ? {} : { 'content-md5': Buffer.from(hash.slice(0, 32), 'hex').toString('base64') }),
      }
      const body = { ...source, start: 0, length: source.sizeBytes }
      await dropBody(await bucket.ask({ method: 'PUT', key, headers, body, fine: [200] }, signal))
    },
    async remove(keys, signal) {
      await mapConcurrently(keys, concurrency, async (key) =>
        dropBody(await bucket.ask({ method: 'DELETE', key, fine: [200, 204, 404] }, signal)),
      )
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function openBucket(remote: RemoteOptions): Promise<Bucket> {
  const { options, env } = remote
  const { host: name, pathname } = parseUrl(remote.url)
  if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${remote.url} names no bucket.`, {
      hint: 'It has the form s3://BUCKET/FOLDER.',
    })
  }
  const isAnonymous = readBoolean(options, 'allow_anonymous_login', false)
  const { credentials, region } = await loadAwsAccess(remote)
  if (credentials === undefined && !isAnonymous) {
    throw new RunwrightError('PERMISSION_DENIED', `There are no keys for ${remote.url}.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "aws configure", or name a profile in the remote’s settings.',
    })
  }
  const endpoint = options.get('endpointurl') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const root = bucketUrl(name, region, endpoint)
  const prefix = decodeURIComponent(pathname).replace(/^\/+/, '').replace(/\/*$/, '/').replace(/^\/$/, '')
  const idleMs = readIdleMs(options, ['read_timeout', 'connect_timeout'])
  return {
    prefix,
    label: `s3://${name}/${prefix}`.replace(/\/$/, ''),
    async ask({ method, key, query = {}, headers = {}, body, fine }, signal) {
      const path = key === undefined ? '' : (prefix + key).split('/').map(encodeForAws).join('/')
      const url = new URL(root + path)
      for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value)
      const signed =
        credentials === undefined
          ? headers
          : signForAws({ method, url, headers, payloadHash: unsignedPayload }, credentials, {
              region,
              service: 's3',
              now: new Date(),
            })
      // fetch adds the host itself.
      const { host: _, ...sent } = signed
      const answer = await sendRequest({ method, url, headers: sent, signal, idleMs, ...(body && { body }) })
      return expectStatus(answer, key ?? `the bucket ${name}`, fine)
    },
  }
}

/** With a slash at the end. A bucket with dots in its name has no certificate of its own. */
function bucketUrl(bucket: string, region: string, endpoint: string | undefined): string {
  if (endpoint !== undefined) return `${parseUrl(endpoint).href.replace(/\/*$/, '')}/${bucket}/`
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return bucket.includes('.')
    ? `https://s3.${region}.${suffix}/${bucket}/`
    : `https://${bucket}.s3.${region}.${suffix}/`
}

async function sizeOf(bucket: Bucket, key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
  const answer = await bucket.ask({ method: 'HEAD', key, fine: [200, 404] }, signal)
  await dropBody(answer)
  return answer.response.status === 404 ? undefined : Number(answer.response.headers.get('content-length'))
}

async function* listBucket(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly key: ObjectKey; readonly sizeBytes: number }> {
  let token: string | undefined
  do {
    const query = {
      'list-type': '2',
      prefix: bucket.prefix + prefix,
      ...(token === undefined ? {} : { 'continuation-token': token }),
    }
    const text = await tryAgain(
      async () => readText(await bucket.ask({ method: 'GET', query, fine: [200] }, signal)),
      signal,
    )
    for (const entry of readElements(text, 'Contents')) {
      const name = readElement(entry, 'Key') ?? ''
      const key = name.startsWith(bucket.prefix) ? parseObjectKey(name.slice(bucket.prefix.length)) : undefined
      if (key !== undefined) yield { key, sizeBytes: Number(readElement(entry, 'Size')) }
    }
    token = readElement(text, 'IsTruncated') === 'true' ? readElement(text, 'NextContinuationToken') : undefined
  } while (token !== undefined)
}

/** Sends what is not there yet of an object, part by part; the object appears when the last request is answered. */
async function writeParts(bucket: Bucket, key: ObjectKey, source: RemoteSource, signal: AbortSignal): Promise<void> {
  const partBytes = Math.max(multipartBytes / 4, Math.ceil(source.sizeBytes / maxParts))
  const uploadId = (await findUpload(bucket, key, signal)) ?? (await startUpload(bucket, key, signal))
  const known = await listParts(bucket, key, uploadId, signal)
  const numbers = Array.from({ length: Math.ceil(source.sizeBytes / partBytes) }, (_, index) => index + 1)
  const tags = await mapConcurrently(numbers, 4, async (number) => {
    const start = (number - 1) * partBytes
    const length = Math.min(partBytes, source.sizeBytes - start)
    const md5 = await hashPart(source.path, start, length)
    const there = known.get(number)
    // Another key for encryption gives other tags: then the part is sent again.
    if (there === md5.toString('hex')) {
      source.onBytes?.(length)
      return there
    }
    return tryAgain(() => sendPart({ number, md5, start, length }), signal)
  })

  async function sendPart(part: { number: number; md5: Buffer; start: number; length: number }): Promise<string> {
    const { number, md5, start, length } = part
    const query = { partNumber: String(number), uploadId }
    let sent = 0
    const onBytes = (count: number) => {
      sent += count
      source.onBytes?.(count)
    }
    const headers = { 'content-md5': md5.toString('base64') }
    const body = { ...source, start, length, onBytes }
    try {
      const answer = await bucket.ask({ method: 'PUT', key, query, headers, body, fine: [200] }, signal)
      await dropBody(answer)
      return (answer.response.headers.get('etag') ?? '').replaceAll('"', '')
    } catch (error) {
      source.onBytes?.(-sent)
      throw error
    }
  }

  const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>"${tag}"</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const query = { uploadId }
  const text = await readText(await bucket.ask({ method: 'POST', key, query, body, fine: [200] }, signal))
  // It begins to answer before it knows how it ends.
  if (text.includes('<Error>')) {
    const reason = readElement(text, 'Message') ?? readElement(text, 'Code') ?? ''
    throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `${bucket.label} could not put ${key} together: ${reason}.`)
  }
}

/** An upload of this object that was broken off, the newest first. */
async function findUpload(bucket: Bucket, key: ObjectKey, signal: AbortSignal): Promise<string | undefined> {
  const query = { uploads: '', prefix: bucket.prefix + key }
  const text = await readText(await bucket.ask({ method: 'GET', query, fine: [200, 403, 404, 501] }, signal))
  return readElements(text, 'Upload')
    .filter((upload) => readElement(upload, 'Key') === bucket.prefix + key)
    .toSorted((a, b) => (readElement(b, 'Initiated') ?? '').localeCompare(readElement(a, 'Initiated') ?? ''))
    .flatMap((upload) => readElement(upload, 'UploadId') ?? [])
    .at(0)
}

async function startUpload(bucket: Bucket, key: ObjectKey, signal: AbortSignal): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await bucket.ask({ method: 'POST', key, query: { uploads: '' }, headers, fine: [200] }, signal)
  const uploadId = readElement(await readText(answer), 'UploadId')
  if (uploadId !== undefined) return uploadId
  throw new RunwrightError('INVALID_STATE', `${bucket.label} begins an upload in parts without naming it.`)
}

/** Md5 in hex of the parts that are there, by their numbers. */
async function listParts(
  bucket: Bucket,
  key: ObjectKey,
  uploadId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const parts = new Map<number, string>()
  let marker: string | undefined = '0'
  while (marker !== undefined) {
    const query = { uploadId, 'part-number-marker': marker }
    const text: string = await readText(await bucket.ask({ method: 'GET', key, query, fine: [200, 404] }, signal))
    for (const part of readElements(text, 'Part')) {
      parts.set(Number(readElement(part, 'PartNumber')), (readElement(part, 'ETag') ?? '').replaceAll('"', ''))
    }
    marker = readElement(text, 'IsTruncated') === 'true' ? readElement(text, 'NextPartNumberMarker') : undefined
  }
  return parts
}

async function hashPart(path: string, start: number, length: number): Promise<Buffer> {
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path, { start, end: start + length - 1, highWaterMark: 1 << 20 })) {
    hash.update(chunk)
  }
  return hash.digest()
}
