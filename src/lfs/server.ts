import { readFile } from 'node:fs/promises'
import type { AddressKind } from '../http/address-kind.ts'
import { createHttpClient, type HttpAnswer, type HttpClient, type HttpRequest } from '../http/http-client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { parseForeignJson } from '../protocol/json.ts'
import { type Access, openAccess } from './access.ts'
import type { LfsContext } from './context.ts'
import type { LfsOperation, ServerEndpoint } from './endpoint.ts'
import { discard, readText, toAnswerError } from './http/answers.ts'
import { withRetries } from './http/retry.ts'
import type { LfsAction } from './messages.ts'
import { findAllowedKinds, listOwnHosts } from './own-network.ts'
import type { LfsRepository } from './repository.ts'

/** An LFS server with what lets its client in. Disposing of it closes its connections. */
export interface LfsServer extends Disposable {
  /** For people. */
  readonly label: string
  /**
   * Posts to the API and reads the answer, again while the server cannot.
   *
   * @param path below the endpoint
   * @throws UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE, CANCELLED
   */
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>
  /**
   * Sends the request of an action, once, following redirects of downloads.
   *
   * @param isAuthenticated whether its headers are all it takes
   * @returns an answer of the two hundreds, or 416
   */
  perform(action: LfsAction, isAuthenticated: boolean, request: ActionRequest, signal: AbortSignal): Promise<HttpAnswer>
}

export type ActionRequest = Pick<HttpRequest, 'method' | 'body'> & {
  readonly headers: Readonly<Record<string, string>>
  /** What it is about, as the object of a sentence. */
  readonly what: string
}

const mediaType = 'application/vnd.git-lfs+json'
const maxRedirects = 5

/** Nothing is asked of the server yet. */
export async function openLfsServer(
  repository: LfsRepository,
  endpoint: ServerEndpoint,
  operation: LfsOperation,
  context: LfsContext,
): Promise<LfsServer> {
  const ownHosts = listOwnHosts(repository, endpoint)
  const kinds = await findAllowedKinds(ownHosts)
  const address = endpoint.kind === 'http' ? endpoint.url : endpoint.fallback
  const client = createHttpClient({
    mayConnect: (kind) => kinds.has(kind),
    refuse: refuseAddress,
    env: context.env,
    certificates: await readCertificates(repository, address, context),
  })
  const isOwnHost = ownHosts.has(address.hostname)
  const plain = openAccess({ repository, endpoint, operation, context, isOwnHost })
  const access =
    endpoint.kind === 'ssh' && !endpoint.isShared ? { ...plain, find: trustAnswers(plain.find, kinds) } : plain
  const { now } = context
  return {
    label: endpoint.kind === 'http' ? endpoint.url.href : `${endpoint.destination}:${endpoint.path}`,
    post: (path, body, signal) => withRetries(() => post(client, access, { path, body, signal, now }), signal),
    async perform(action, isAuthenticated, request, signal) {
      const entry = await access.find(signal)
      // What the API takes is for its own host alone.
      const isSameHost = action.url.origin === entry.url.origin
      const login = isSameHost && !isAuthenticated ? entry.headers : {}
      if (entry.url.protocol === 'https:') refuseDowngrade(action.url)
      const headers = { 'accept-encoding': 'identity', ...login, ...action.headers, ...request.headers }
      return follow(client, { ...request, url: action.url, headers }, request.what, { signal, now })
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

/** One's own remote, asked by ssh, may have its LFS server anywhere: also where only ssh knows what its name stands for. */
function trustAnswers(find: Access['find'], kinds: Set<AddressKind>): Access['find'] {
  return async (signal) => {
    const entry = await find(signal)
    for (const kind of await findAllowedKinds(new Set([entry.url.hostname]))) kinds.add(kind)
    return entry
  }
}

/** `http.sslCAInfo` of git, by which whoever has an authority of their own makes it known. */
async function readCertificates({ git }: LfsRepository, url: URL, { env }: LfsContext): Promise<string | undefined> {
  const setting = (await git(['config', '--path', '--get-urlmatch', 'http.sslCAInfo', url.href]))?.toString().trim()
  const file = env['GIT_SSL_CAINFO'] ?? setting
  return file === undefined || file === '' ? undefined : readFile(file, 'utf8')
}

interface Post {
  readonly path: string
  readonly body: object
  readonly signal: AbortSignal
  now(): number
}

async function post(client: HttpClient, access: Access, { path, body, signal, now }: Post): Promise<unknown> {
  for (;;) {
    const entry = await access.find(signal)
    const url = new URL(entry.url)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
    const headers = { ...entry.headers, accept: mediaType, 'content-type': mediaType }
    const request = { method: 'POST', url, headers, body: Buffer.from(JSON.stringify(body)) } as const
    const answer = await sendToSameOrigin(client, request, signal)
    if (answer.status === 401 && (await access.refuse(entry, signal))) {
      discard(answer)
      continue
    }
    if (answer.status < 200 || answer.status >= 300)
      throw await toAnswerError(answer, url, 'LFS objects', { signal, now })
    await access.accept(entry)
    return parseForeignJson(await readText(answer, url, signal))
  }
}

/** A repository that was renamed sends its clients on; what lets them in goes no further than its own server. */
async function sendToSameOrigin(client: HttpClient, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  let { url } = request
  for (let redirects = 0; ; redirects++) {
    const answer = await client.send({ ...request, url }, signal)
    const target = findRedirect(answer, url)
    if (target === undefined || redirects === maxRedirects) return answer
    discard(answer)
    if (target.origin !== request.url.origin) {
      throw new RunwrightError('PERMISSION_DENIED', `The LFS server ${url.host} sends its clients to ${target.host}.`, {
        hint: `If it is right so, name that one: "git config lfs.url ${target.origin}/…".`,
      })
    }
    url = target
  }
}

async function follow(
  client: HttpClient,
  request: HttpRequest,
  what: string,
  { signal, now }: Pick<Post, 'signal' | 'now'>,
): Promise<HttpAnswer> {
  let { url, headers } = request
  for (let redirects = 0; ; redirects++) {
    const answer = await client.send({ ...request, url, headers }, signal)
    const target = request.method === 'GET' && redirects < maxRedirects ? findRedirect(answer, url) : undefined
    if (target !== undefined) {
      discard(answer)
      if (url.protocol === 'https:') refuseDowngrade(target)
      if (target.origin !== url.origin) headers = withoutSecrets(headers)
      url = target
    } else if ((answer.status >= 200 && answer.status < 300) || answer.status === 416) {
      return answer
    } else {
      throw await toAnswerError(answer, url, what, { signal, now })
    }
  }
}

function findRedirect({ status, headers }: HttpAnswer, from: URL): URL | undefined {
  const { location } = headers
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['range', 'accept-encoding']
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)))
}

function refuseDowngrade(url: URL): void {
  if (url.protocol === 'https:') return
  throw new RunwrightError(
    'PERMISSION_DENIED',
    `The LFS server sends its clients to ${url.origin}, without encryption.`,
    {
      hint: 'Ask whoever runs it to give addresses that begin with https.',
    },
  )
}

function refuseAddress(address: string): RunwrightError {
  return new RunwrightError(
    'PERMISSION_DENIED',
    `Nothing was asked of a server: ${address} is inside a private network or on this machine, where the repository's ` +
      'remote is not.',
    { hint: 'If the server is yours, name it yourself: "git config lfs.url URL".' },
  )
}
