import { lookup as lookUp } from 'node:dns'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Agent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RunwrightError } from '../protocol/errors.ts'
import { type AddressKind, kindOfAddress } from './address-kind.ts'

// As an ES module it would have all its exports looked at, which loads the whole of fetch: engines that send nothing
// start without it.
const http = process.getBuiltinModule('node:http')

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** A stream needs its length in the headers, or is sent in chunks. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Has to be read or destroyed. */
  readonly body: IncomingMessage
}

/** Sends single requests, without redirects or retries. Connections are kept until it is disposed of. */
export interface HttpClient extends Disposable {
  /**
   * @throws TEMPORARILY_UNAVAILABLE when the connection fails or is silent for a minute, PERMISSION_DENIED for an address
   *   that is not allowed, CANCELLED
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
}

export interface HttpClientOptions {
  /** Where connections may go; every address of a host is looked at, and one of them is connected to. */
  readonly mayConnect: (kind: AddressKind) => boolean
  /** The error for where they may not, such as `10.0.0.1` or `example.org (10.0.0.1)`. */
  readonly refuse: (address: string) => RunwrightError
  /** Proxies: `HTTPS_PROXY` and its like. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Certificates to believe beside the well-known ones, as PEM. */
  readonly certificates: string | undefined
}

const silenceMs = 60_000

export function createHttpClient({ mayConnect, refuse, env, certificates }: HttpClientOptions): HttpClient {
  const options = { keepAlive: true, maxSockets: 16, scheduling: 'fifo', proxyEnv: { ...env } } as const
  const plainAgent = new http.Agent(options)
  let secureAgent: Agent | undefined
  // Loaded when it is needed: most commands never speak TLS.
  const findSecure = async () => {
    const https = await import('node:https')
    secureAgent ??= new https.Agent(certificates === undefined ? options : { ...options, ca: certificates })
    return { open: https.request, agent: secureAgent }
  }
  const lookup = createLookup({ mayConnect, refuse })
  return {
    async send(request, signal) {
      const { method, headers, url } = request
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new RunwrightError('PERMISSION_DENIED', `Nothing was asked of a server: ${url.href} is no web address.`)
      }
      const literal = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(literal) !== 0 && !mayConnect(kindOfAddress(literal))) throw refuse(literal)
      const { open, agent } = url.protocol === 'https:' ? await findSecure() : { open: http.request, agent: plainAgent }
      return settle(open(url, { method, headers, agent, lookup, signal }), request, signal)
    },
    [Symbol.dispose]() {
      plainAgent.destroy()
      secureAgent?.destroy()
    },
  }
}

async function settle(sent: ClientRequest, { body, url }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  sent.setTimeout(silenceMs, () => void sent.destroy(new Error(`nothing was heard for ${silenceMs / 1000} s`)))
  const answered = new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).on('error', reject))
  try {
    if (body === undefined || body instanceof Uint8Array) sent.end(body)
    else await sendStream(sent, body, answered)
    const answer = await answered
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer }
  } catch (cause) {
    throw toError(cause, url, signal)
  }
}

/** A server may answer before it has read all, to refuse it; then the rest is not sent. */
async function sendStream(
  sent: ClientRequest,
  body: AsyncIterable<Uint8Array>,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  const early = new AbortController()
  const isAnswered = answered.then(
    () => true,
    () => false,
  )
  void isAnswered.then((isTold) => {
    if (isTold) early.abort()
  })
  try {
    await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 << 18 }), sent, { signal: early.signal })
  } catch (error) {
    if (!(await isAnswered)) throw error
  }
}

/** Whatever fails on the way, as a person reads it. */
export function toError(cause: unknown, url: URL, signal: AbortSignal): RunwrightError {
  if (cause instanceof RunwrightError) return cause
  if (signal.aborted) return new RunwrightError('CANCELLED', 'Cancelled.')
  const reason = cause instanceof Error ? (cause.message === '' ? cause.name : cause.message) : String(cause)
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', `The connection with ${url.host} failed: ${reason}.`, {
    hint: 'What has come so far is kept. Try again when the network is there.',
    cause,
  })
}

function createLookup({ mayConnect, refuse }: Pick<HttpClientOptions, 'mayConnect' | 'refuse'>): LookupFunction {
  return (host, options, callback) => {
    lookUp(host, { ...options, all: true }, (error, addresses) => {
      const refused = addresses?.find(({ address }) => !mayConnect(kindOfAddress(address)))
      const [first] = addresses ?? []
      if (error !== null || first === undefined) callback(error ?? new Error(`${host} has no address`), '')
      else if (refused !== undefined) callback(refuse(`${host} (${refused.address})`), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
