import { RunwrightError, type ErrorCode } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { type HttpAnswer, toError } from '../../http/http-client.ts'
import { parseRetryAfter } from '../../http/retry-after.ts'
import { AskedToWait } from './retry.ts'

/** A batch of a hundred objects, with signed addresses. */
const maxTextBytes = 8 << 20

/** @throws INVALID_STATE for a body of more than 8 MB; TEMPORARILY_UNAVAILABLE when the connection breaks */
export async function readText({ body }: HttpAnswer, url: URL, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of body) {
      // SAFETY: a message without an encoding gives buffers.
      const bytes = chunk as Buffer
      sizeBytes += bytes.length
      if (sizeBytes > maxTextBytes) throw new RunwrightError('INVALID_STATE', 'The LFS server answers without an end.')
      chunks.push(bytes)
    }
  } catch (cause) {
    throw toError(cause, url, signal)
  }
  return Buffer.concat(chunks).toString()
}

/** Lets the connection be used again. */
export function discard({ body }: HttpAnswer): void {
  body.on('error', () => undefined).resume()
}

/**
 * The error that an answer stands for, with what the server says.
 *
 * @param what was asked for, as the object of a sentence
 * @returns an `AskedToWait` where the server names a time
 */
export async function toAnswerError(
  answer: HttpAnswer,
  url: URL,
  what: string,
  { signal, now }: { readonly signal: AbortSignal; now(): number },
): Promise<Error> {
  const { status, headers } = answer
  const told = await readText(answer, url, signal).catch(() => '')
  const body = parseForeignJson(told)
  const said = isRecord(body) && typeof body['message'] === 'string' ? `: ${shorten(body['message'])}` : ''
  const [code, hint] = explainStatus(status)
  const error = new RunwrightError(code, `${url.host} answered ${status} when asked for ${what}${said}.`, { hint })
  const waitMs = parseRetryAfter(headers['retry-after'], now())
  return waitMs === 0 ? error : new AskedToWait(error, waitMs)
}

function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

/** What a status is to the reader; servers give the same numbers for single objects. */
export function explainStatus(status: number): [ErrorCode, string] {
  switch (status) {
    case 401:
      return [
        'UNAUTHENTICATED',
        'Let git know a user name and a password or token: "git credential approve", or a credential helper.',
      ]
    case 403:
      return ['PERMISSION_DENIED', 'Ask whoever owns the repository to let you in.']
    case 404:
    case 410:
      return [
        'RESOURCE_DOES_NOT_EXIST',
        'Is this the right repository, and has its server Git LFS? See "git remote -v".',
      ]
    case 413:
    case 507:
    case 509:
      return ['PERMISSION_DENIED', 'The server gives this repository no more room or traffic.']
    case 429:
      return ['REQUEST_LIMIT_EXCEEDED', 'Try again later.']
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return ['TEMPORARILY_UNAVAILABLE', 'Try again later. What has come so far is kept.']
    default:
      return ['INVALID_STATE', 'Ask whoever runs the server.']
  }
}
