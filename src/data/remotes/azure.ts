import { findMd5Digest, type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteOptions, RemoteSource } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { readAzureAccess } from '../wire/azure-access.ts'
import { answerByRequests, rangeFrom, readSize } from '../wire/object-requests.ts'
import { parseDate } from '../wire/parse-date.ts'
import { parseBucketUrl, readIdleMs, readNumber } from '../../object-store/remote-options.ts'
import { type FilePart, multipartBytes, sendParts } from '../wire/send-parts.ts'
import {
  dropBody,
  expectStatus,
  readText,
  sendRequest,
  streamBody,
  type WebAnswer,
  type WebRequest,
} from '../../object-store/web.ts'
import { readElement, readElements } from '../../object-store/xml.ts'

/** Azure's Blob storage: `azure://container/folder`. */
const azure: RemoteKind = {
  name: 'azure',
  accepts: (url) => /^azure:\/\//i.test(url),
  open: (remote) => Promise.resolve(openAzure(remote)),
}
export default azure

/** Of the protocol; of 2021, which all clouds and the emulator speak. */
const version = '2021-08-06'
const listedBlobs = 5000

interface Container {
  /** Keys of the remote begin with it: empty, or with a slash at the end. */
  readonly prefix: string
  readonly label: string
  /** Answers with one of these statuses, or throws. */
  ask(question: Question, signal: AbortSignal): Promise<WebAnswer>
}

type Question = Pick<WebRequest, 'method' | 'body' | 'headers'> & {
  /** Of the blob; undefined for the container. */
  readonly key?: ObjectKey
  readonly query?: Readonly<Record<string, string>>
  readonly fine: readonly number[]
}

function openAzure(remote: RemoteOptions): DataRemote {
  const container = openContainer(remote)
  return {
    ...answerByRequests({
      concurrency: readNumber(remote.options, 'jobs') ?? 16,
      pageSize: listedBlobs,
      list: (prefix, signal) => listContainer(container, prefix, signal),
      sizeOf: async (key, signal) => readSize(await container.ask({ method: 'HEAD', key, fine: [200, 404] }, signal)),
      remove: (key, signal) => container.ask({ method: 'DELETE', key, fine: [202, 404] }, signal),
    }),
    label: container.label,
    async read(key, start, signal) {
      const question = { method: 'GET', key, headers: rangeFrom(start), fine: start === 0 ? [200] : [206] }
      return streamBody(await container.ask(question, signal))
    },
    async write(key, source, signal) {
      if (source.sizeBytes > multipartBytes) return writeBlocks(container, key, source, signal)
      const md5 = findMd5Digest(key)
      const headers = {
        'x-ms-blob-type': 'BlockBlob',
        'content-type': 'application/octet-stream',
        ...(md5 === undefined ? {} : { 'content-md5': md5 }),
      }
      const body = { ...source, start: 0, length: source.sizeBytes }
      await dropBody(await container.ask({ method: 'PUT', key, headers, body, fine: [201] }, signal))
    },
  }
}

function openContainer(remote: RemoteOptions): Container {
  const { name, prefix } = parseBucketUrl(remote.url, 'azure://CONTAINER/FOLDER')
  const access = readAzureAccess(remote)
  const idleMs = readIdleMs(remote.options, ['read_timeout', 'timeout', 'connection_timeout'])
  return {
    prefix,
    label: `azure://${name}/${prefix}`.replace(/\/$/, ''),
    async ask({ method, key, query = {}, headers = {}, body, fine }, signal) {
      const path = key === undefined ? '' : `/${(prefix + key).split('/').map(encodeURIComponent).join('/')}`
      const url = new URL(`${access.endpoint}${name}${path}`)
      for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value)
      const length = sizeOfBody(body)
      const all = {
        ...headers,
        'x-ms-date': new Date().toUTCString(),
        'x-ms-version': version,
        ...(length === 0 ? {} : { 'content-length': String(length) }),
      }
      const signed = access.sign({ method, url, headers: all })
      // fetch counts the length itself.
      const { 'content-length': _, ...sent } = signed.headers
      const request = { method, url: signed.url, headers: sent, signal, idleMs, ...(body && { body }) }
      return expectStatus(await sendRequest(request), key ?? `the container ${name}`, fine)
    },
  }
}

function sizeOfBody(body: WebRequest['body']): number {
  if (body === undefined) return 0
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : body.length
}

async function* listContainer(container: Container, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  let marker: string | undefined
  do {
    const query = {
      restype: 'container',
      comp: 'list',
      prefix: container.prefix + prefix,
      ...(marker === undefined ? {} : { marker }),
    }
    const ask = async () => readText(await container.ask({ method: 'GET', query, fine: [200] }, signal))
    const text = await tryAgain(ask, signal)
    for (const blob of readElements(text, 'Blob')) {
      const name = readElement(blob, 'Name') ?? ''
      const key = name.startsWith(container.prefix) ? parseObjectKey(name.slice(container.prefix.length)) : undefined
      if (key === undefined) continue
      const changedAt = parseDate(readElement(blob, 'Last-Modified'))
      yield { key, sizeBytes: Number(readElement(blob, 'Content-Length')), changedAt }
    }
    marker = readElement(text, 'NextMarker') || undefined
  } while (marker !== undefined)
}

/** Sends what is not there yet of an object, block by block; the object appears with the list of its blocks. */
async function writeBlocks(
  container: Container,
  key: ObjectKey,
  source: RemoteSource,
  signal: AbortSignal,
): Promise<void> {
  const known = await listBlocks(container, key, signal)
  // Its name says what is in it, so one of that name need not be sent again. All names have one length.
  const nameOf = ({ number, md5 }: FilePart) =>
    Buffer.from(`${String(number).padStart(6, '0')}-${md5.toString('hex')}`).toString('base64')
  const find = (part: FilePart) => (known.has(nameOf(part)) ? nameOf(part) : undefined)
  const send = async (part: FilePart) => {
    const query = { comp: 'block', blockid: nameOf(part) }
    const headers = { 'content-md5': part.md5.toString('base64') }
    await dropBody(await container.ask({ method: 'PUT', key, query, headers, body: part.body, fine: [201] }, signal))
    return nameOf(part)
  }
  const blocks = await sendParts(source, find, send, signal)
  const body = `<?xml version="1.0"?><BlockList>${blocks.map((name) => `<Latest>${name}</Latest>`).join('')}</BlockList>`
  const headers = { 'content-type': 'application/xml' }
  await dropBody(
    await container.ask({ method: 'PUT', key, query: { comp: 'blocklist' }, headers, body, fine: [201] }, signal),
  )
}

async function listBlocks(container: Container, key: ObjectKey, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const query = { comp: 'blocklist', blocklisttype: 'uncommitted' }
  const text = await readText(await container.ask({ method: 'GET', key, query, fine: [200, 404] }, signal))
  return new Set(readElements(text, 'Block').flatMap((block) => readElement(block, 'Name') ?? []))
}
