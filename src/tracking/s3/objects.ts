import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Bucket, BucketRequest } from '../../object-store/s3-bucket.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { type ChunkBody, dropBody, readText, type WebAnswer } from '../../object-store/web.ts'
import { readElement, readElements } from '../../object-store/xml.ts'
import { explainFault, readFault } from './explain-s3.ts'

/** Objects of a bucket below a prefix, by their keys from there: requests that are repeated where that may help. */
export interface Objects {
  readonly label: string
  /** Before all keys, as they are in the bucket: empty, or with a slash at the end. */
  readonly prefix: string
  /** Undefined where there is none. */
  head(key: string, signal: AbortSignal): Promise<{ readonly sizeBytes: number; readonly etag: string } | undefined>
  /**
   * The answer to a GET whose body is to be read; undefined where there is none, or none of that version.
   *
   * @param headers as `range` and `if-match`
   */
  get(key: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<WebAnswer | undefined>
  /** Seen only when all of it is there. */
  put(key: string, body: ChunkBody, signal: AbortSignal): Promise<void>
  /** What begins with a prefix; with `isFlat`, what follows the next slash is folded into `folders`. */
  list(prefix: string, options: ListOptions, signal: AbortSignal): AsyncGenerator<ListedPage>
  /** One that is not there is no error. */
  remove(key: string, signal: AbortSignal): Promise<void>
  /** Sends any request, and again while that may help. @throws the error that an answer other than these stands for */
  ask(request: ObjectRequest, signal: AbortSignal): Promise<WebAnswer>
}

type ObjectRequest = BucketRequest & { readonly fine: readonly number[] }

export interface ListOptions {
  readonly isFlat?: boolean
  /** At most so many, in one page. */
  readonly limit?: number
}

export interface ListedPage {
  /** Keys from the prefix of the store. */
  readonly objects: readonly { readonly key: string; readonly sizeBytes: number; readonly changedTime: number }[]
  /** Keys from the prefix of the store, without the slash at their end. */
  readonly folders: readonly string[]
}

/** @param isPatient whether requests are repeated; at the start of a server one failure is enough */
export function createObjects(bucket: Bucket, isPatient = true): Objects {
  const { label } = bucket

  async function ask(request: ObjectRequest, signal: AbortSignal): Promise<WebAnswer> {
    const { fine, ...question } = request
    const send = async () => {
      const answer = await bucket.send(question, signal).catch((error: unknown) => {
        throw explainSilence(error, label)
      })
      if (fine.includes(answer.response.status)) return answer
      const fault = await readFault(answer)
      throw explainFault(label, describeRequest(question), fault)
    }
    return isPatient ? tryAgain(send, signal) : send()
  }

  /** 404 is also said of the bucket. */
  async function askFor(request: BucketRequest, fine: readonly number[], signal: AbortSignal) {
    const answer = await ask({ ...request, fine: [...fine, 404] }, signal)
    if (answer.response.status !== 404) return answer
    const fault = await readFault(answer)
    if (fault.code !== 'NoSuchBucket') return undefined
    throw explainFault(label, describeRequest(request), fault)
  }

  return {
    label,
    prefix: bucket.prefix,
    ask,
    async head(key, signal) {
      const answer = await askFor({ method: 'HEAD', key }, [200], signal)
      if (answer === undefined) return undefined
      await dropBody(answer)
      const { headers } = answer.response
      return { sizeBytes: Number(headers.get('content-length')), etag: headers.get('etag') ?? '' }
    },
    get: (key, headers, signal) => askFor({ method: 'GET', key, headers }, [200, 206, 412, 416], signal),
    async put(key, body, signal) {
      const headers = { 'content-type': 'application/octet-stream', 'content-md5': hashChunks(body).toString('base64') }
      const question = { method: 'PUT', key, headers, fine: [200], ...(body.length > 0 && { body }) }
      await dropBody(await ask(question, signal))
    },
    async *list(prefix, { isFlat = false, limit }, signal) {
      let token: string | undefined
      do {
        const query = {
          'list-type': '2',
          // Without it there are names that no XML can tell.
          'encoding-type': 'url',
          prefix: bucket.prefix + prefix,
          ...(isFlat ? { delimiter: '/' } : {}),
          ...(limit === undefined ? {} : { 'max-keys': String(limit) }),
          ...(token === undefined ? {} : { 'continuation-token': token }),
        }
        const text = await readText(await ask({ method: 'GET', query, fine: [200] }, signal))
        yield parsePage(text, bucket.prefix)
        const isMore = limit === undefined && readElement(text, 'IsTruncated') === 'true'
        token = isMore ? readElement(text, 'NextContinuationToken') : undefined
      } while (token !== undefined)
    },
    async remove(key, signal) {
      const answer = await askFor({ method: 'DELETE', key }, [200, 204], signal)
      if (answer !== undefined) await dropBody(answer)
    },
  }
}

function describeRequest({ method, key }: BucketRequest): string {
  if (key === undefined) return method === 'GET' ? 'a list' : `a ${method}`
  return `${method === 'HEAD' ? 'GET' : method} of '${key}'`
}

/** The words of the line, and what whoever runs the server can do. */
function explainSilence(error: unknown, label: string): unknown {
  if (!(error instanceof RunwrightError) || error.code !== 'TEMPORARILY_UNAVAILABLE') return error
  return new RunwrightError(error.code, `${label} is not there: ${error.message}`, {
    hint: 'Check the network of the server and AWS_ENDPOINT_URL. Nothing of what was being sent is kept.',
    cause: error,
  })
}

function parsePage(text: string, root: string): ListedPage {
  const keyOf = (element: string, name: string) => {
    const key = readKey(text, element, name)
    return key.startsWith(root) ? key.slice(root.length) : undefined
  }
  const objects = readElements(text, 'Contents').flatMap((element) => {
    const key = keyOf(element, 'Key')
    // Other programs mark a folder so.
    if (key === undefined || key === '' || key.endsWith('/')) return []
    const changedTime = Date.parse(readElement(element, 'LastModified') ?? '')
    return [{ key, sizeBytes: Number(readElement(element, 'Size')), changedTime }]
  })
  const folders = readElements(text, 'CommonPrefixes').flatMap(
    (element) => keyOf(element, 'Prefix')?.replace(/\/$/, '') ?? [],
  )
  return { objects, folders }
}

/** A key as an answer has it, which says whether it is encoded. */
export function readKey(answer: string, element: string, name: string): string {
  const key = readElement(element, name) ?? ''
  // S3 writes a space as a plus, others as %20; a plus itself is %2B for all.
  return readElement(answer, 'EncodingType') === 'url' ? decodeURIComponent(key.replaceAll('+', '%20')) : key
}

export function hashChunks({ chunks }: ChunkBody): Buffer {
  const hash = createHash('md5')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest()
}
