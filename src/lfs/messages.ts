import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'

/** One request that a server lets its client send for an object. */
export interface LfsAction {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since 1970-01-01 UTC; undefined: never. */
  readonly expiresAt: number | undefined
}

/** What a server answers for one object of a batch. */
export interface LfsAnswer {
  /** Whether the actions bring along all that lets them in. */
  readonly isAuthenticated: boolean
  readonly download: LfsAction | undefined
  readonly upload: LfsAction | undefined
  readonly verify: LfsAction | undefined
  readonly error: { readonly code: number; readonly message: string } | undefined
}

/**
 * Reads the answer of the batch API. Objects that were not asked for are passed over.
 *
 * @param nowMs when it came, since actions may say in how many seconds they end
 * @returns by object id
 * @throws INVALID_STATE for what is no such answer, another hash or transfer, and actions that lead to no web address
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
 */
export function parseBatchAnswer(
  value: unknown,
  asked: readonly LfsPointer[],
  nowMs: number,
): ReadonlyMap<string, LfsAnswer> {
  if (!isRecord(value) || !Array.isArray(value['objects'])) throw invalid('it gave no list of objects')
  const { transfer = 'basic', hash_algo: algorithm = 'sha256' } = value
  if (transfer !== 'basic') throw invalid(`it wants the transfer ${JSON.stringify(transfer)}`)
  if (algorithm !== 'sha256') throw invalid(`it knows objects by ${JSON.stringify(algorithm)}`)
  const wanted = new Set(asked.map(({ oid }) => oid))
  const answers = new Map<string, LfsAnswer>()
  for (const object of value['objects']) {
    if (!isRecord(object) || typeof object['oid'] !== 'string' || !wanted.has(object['oid'])) continue
    answers.set(object['oid'], parseObject(object, nowMs))
  }
  return answers
}

function parseObject(object: Readonly<Record<string, unknown>>, nowMs: number): LfsAnswer {
  const actions = isRecord(object['actions']) ? object['actions'] : {}
  const error = object['error']
  return {
    isAuthenticated: object['authenticated'] === true,
    download: parseAction(actions['download'], nowMs),
    upload: parseAction(actions['upload'], nowMs),
    verify: parseAction(actions['verify'], nowMs),
    error: isRecord(error)
      ? { code: Number(error['code']), message: typeof error['message'] === 'string' ? error['message'] : '' }
      : undefined,
  }
}

function parseAction(value: unknown, nowMs: number): LfsAction | undefined {
  if (!isRecord(value)) return undefined
  const { href } = value
  const url = typeof href === 'string' && URL.canParse(href) ? new URL(href) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw invalid(`it sends its clients to ${JSON.stringify(href)}, which is no web address`)
  }
  return { url, headers: parseHeaders(value['header']), expiresAt: parseExpiry(value, nowMs) }
}

/** Headers that a server wants back; those that are none are left out. */
export function parseHeaders(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]): [string, string][] =>
      typeof text === 'string' && isHeader(name, text) ? [[name.toLowerCase(), text]] : [],
    ),
  )
}

/** What a connection is made of is not the server's to say, but for how a body is sent. */
const connectionHeaders = /^(host|connection|content-length|expect|upgrade|te|trailer|proxy-.*|__proto__)$/i

function isHeader(name: string, text: string): boolean {
  if (connectionHeaders.test(name)) return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, text)
    return true
  } catch {
    return false
  }
}

/** `expires_in` seconds counts before `expires_at`, by the specification. */
export function parseExpiry(value: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const { expires_in: seconds, expires_at: moment } = value
  if (typeof seconds === 'number' && seconds !== 0) return nowMs + seconds * 1000
  const at = typeof moment === 'string' ? Date.parse(moment) : Number.NaN
  // Servers write year 1 for "never".
  return Number.isNaN(at) || at <= 0 ? undefined : at
}

function invalid(problem: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The answer of the LFS server cannot be used: ${problem}.`, {
    hint: 'Ask whoever runs it. Nothing was transferred.',
  })
}
