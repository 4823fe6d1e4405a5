import { RunwrightError } from '../../protocol/errors.ts'
import { findMd5Digest, type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteOptions, RemoteSource } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { answerByRequests, rangeFrom, readSize } from '../wire/object-requests.ts'
import { parseDate } from '../wire/parse-date.ts'
import { type FilePart, multipartBytes, sendParts } from '../wire/send-parts.ts'
import { readNumber } from '../../object-store/remote-options.ts'
import { type Bucket, openBucket } from '../../object-store/s3-bucket.ts'
import { startUpload } from '../../object-store/start-upload.ts'
import { dropBody, readText, streamBody } from '../../object-store/web.ts'
import { readElement, readElements } from '../../object-store/xml.ts'

/** Amazon's S3 and all that speak like it. */
const s3: RemoteKind = {
  name: 's3',
  accepts: (url) => /^s3:\/\//i.test(url),
  open: openS3,
}
export default s3

const listedKeys = 1000

async function openS3(remote: RemoteOptions): Promise<DataRemote> {
  const bucket = await openBucket(remote)
  return {
    ...answerByRequests({
      concurrency: readNumber(remote.options, 'jobs') ?? 16,
      pageSize: listedKeys,
      list: (prefix, signal) => listBucket(bucket, prefix, signal),
      sizeOf: async (key, signal) => readSize(await bucket.ask({ method: 'HEAD', key, fine: [200, 404] }, signal)),
      remove: (key, signal) => bucket.ask({ method: 'DELETE', key, fine: [200, 204, 404] }, signal),
    }),
    label: bucket.label,
    async read(key, start, signal) {
      const question = { method: 'GET', key, headers: rangeFrom(start), fine: start === 0 ? [200] : [206] }
      return streamBody(await bucket.ask(question, signal))
    },
    async write(key, source, signal) {
      if (source.sizeBytes > multipartBytes) return writeParts(bucket, key, source, signal)
      const md5 = findMd5Digest(key)
      const headers = {
        'content-type': 'application/octet-stream',
        // The name is the md5, so the store checks that all has arrived as it is.
        ...(md5 === undefined ? {} : { 'content-md5': md5 }),
      }
      const body = { ...source, start: 0, length: source.sizeBytes }
      await dropBody(await bucket.ask({ method: 'PUT', key, headers, body, fine: [200] }, signal))
    },
  }
}

async function* listBucket(bucket: Bucket, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
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
      if (key === undefined) continue
      // Of what came in parts it is when the first one was announced.
      const changedAt = parseDate(readElement(entry, 'LastModified'))
      yield { key, sizeBytes: Number(readElement(entry, 'Size')), changedAt }
    }
    token = readElement(text, 'IsTruncated') === 'true' ? readElement(text, 'NextContinuationToken') : undefined
  } while (token !== undefined)
}

/** Sends what is not there yet of an object, part by part; the object appears when the last request is answered. */
async function writeParts(bucket: Bucket, key: ObjectKey, source: RemoteSource, signal: AbortSignal): Promise<void> {
  const uploadId = (await findUpload(bucket, key, signal)) ?? (await startUpload(bucket, key, signal))
  const known = await listParts(bucket, key, uploadId, signal)
  // Where the store encrypts, its tags are none of our hashes: then the part is sent again.
  const find = ({ number, md5 }: FilePart) =>
    known.get(number) === md5.toString('hex') ? known.get(number) : undefined
  const send = async ({ number, md5, body }: FilePart) => {
    const query = { partNumber: String(number), uploadId }
    const headers = { 'content-md5': md5.toString('base64') }
    const answer = await bucket.ask({ method: 'PUT', key, query, headers, body, fine: [200] }, signal)
    await dropBody(answer)
    return (answer.response.headers.get('etag') ?? '').replaceAll('"', '')
  }
  const tags = await sendParts(source, find, send, signal)
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
