import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { RunwrightError } from '../protocol/errors.ts'
import { paths } from '../protocol/methods.ts'

/** Bodies above these are refused before they are read, by the length they state, or while they are. */
export const bodyLimits = {
  /** A dataset's profile alone may have 16 MiB in MLflow. */
  jsonSizeBytes: 32 * 1024 * 1024,
  /** Artifacts are streamed to disk; the disk is their limit. */
  streamSizeBytes: Number.MAX_SAFE_INTEGER,
} as const

export interface GuardOptions {
  /** Names this engine goes by beside loopback, in lower case and without port. */
  readonly hostNames: readonly string[]
  /** Listening on every address: then any address may be in `Host`, since no rebound DNS name is one. */
  readonly acceptsAddresses: boolean
  /** Undefined lets everybody in. */
  readonly token: string | undefined
  /** What a path takes beside JSON. Not what a form or a script of a foreign page can send without being asked first. */
  readonly contentTypes: ReadonlyMap<string, string>
}

/** Throws when the request may not go on to the router. */
export type Guard = (request: IncomingMessage, path: string) => void

const verbs = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The one check before the router, the same for every path, known or not. A rule that cannot be checked counts as
 * broken. Only the hello needs no token, because it is what tells a client whether to send one.
 */
export function createGuard({ hostNames, acceptsAddresses, token, contentTypes }: GuardOptions): Guard {
  const expected = token === undefined ? undefined : Buffer.from(`Bearer ${token}`)
  return (request, path) => {
    checkHost(request.headers.host, hostNames, acceptsAddresses)
    checkOrigin(request.headers.origin, request.headers.host)
    if (expected !== undefined && path !== paths.hello) checkToken(request.headers.authorization, expected)
    checkBody(request, contentTypes.get(path))
  }
}

/** A page that had its name rebound to our address still says its own name here. */
function checkHost(host: string | undefined, hostNames: readonly string[], acceptsAddresses: boolean): void {
  const name = hostName(host)
  if (name !== undefined) {
    if (loopback.has(name) || hostNames.includes(name)) return
    if (acceptsAddresses && isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0) return
  }
  throw new RunwrightError('PERMISSION_DENIED', `This engine does not answer for the host "${host ?? ''}".`, {
    hint: 'Use the address that the engine printed at its start.',
  })
}

function hostName(host: string | undefined): string | undefined {
  return /^(\[[0-9a-fA-F:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/.exec(host ?? '')?.[1]?.toLowerCase()
}

/** Browsers name the page that sends a request; programs name none. */
function checkOrigin(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return
  throw new RunwrightError('PERMISSION_DENIED', `Requests from pages of "${origin}" are not answered.`)
}

function checkToken(authorization: string | undefined, expected: Buffer): void {
  const given = Buffer.from(authorization ?? '')
  if (given.length === expected.length && timingSafeEqual(given, expected)) return
  throw new RunwrightError('UNAUTHENTICATED', 'The request carries no token, or a wrong one.', {
    hint: 'Set MLFLOW_TRACKING_TOKEN; "runwright run" sets it by itself.',
  })
}

/** Verb, type, coding and stated length of what will be read. A form or plain text is what a foreign page can send. */
function checkBody({ method = '', headers }: IncomingMessage, otherType: string | undefined): void {
  if (!verbs.has(method)) throw new RunwrightError('BAD_REQUEST', `The method ${method} is not supported.`)
  if (!hasBody(headers)) return
  const type = headers['content-type'] ?? ''
  const isTaken =
    isJsonType(type) || (otherType !== undefined && type.split(';')[0]?.trim().toLowerCase() === otherType)
  if (method !== 'PUT' && !isTaken) {
    const types = otherType === undefined ? 'application/json' : `application/json or ${otherType}`
    throw new RunwrightError('BAD_REQUEST', `A ${method} takes a body of type ${types} only.`)
  }
  const coding = headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity' && coding !== 'gzip') {
    throw new RunwrightError('BAD_REQUEST', `The content coding "${coding}" is not supported.`, {
      hint: 'Send the body as it is, or with gzip.',
    })
  }
  const limit = method === 'PUT' ? bodyLimits.streamSizeBytes : bodyLimits.jsonSizeBytes
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
}

export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? '')
}

/** Whether a body follows the headers. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

export function tooLarge(limit: number): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `The body is larger than ${limit} bytes.`, {
    hint: 'Send it in several requests, or as an artifact.',
  })
}
