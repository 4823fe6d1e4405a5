import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { kindOfAddress } from '../http/address-kind.ts'
import { createHttpClient, type HttpAnswer } from '../http/http-client.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Transport } from '../webhooks/webhooks-parts.ts'
import type { WebhookSettings } from './webhook-settings.ts'

const patienceMs = 30_000
/** More of an answer is read by nobody. */
const maxBodyBytes = 16 * 1024

/**
 * Sends deliveries. An address is looked at twice: when a webhook is made, so that a person is told, and when it is
 * connected to, where nothing can change in between. No proxy of the environment is used, since that would look at it
 * instead of us.
 */
export function createWebhookTransport(
  { schemes, allowsPrivate }: WebhookSettings,
  now: () => number,
): Transport & Disposable {
  const client = createHttpClient({
    mayConnect: (kind) => allowsPrivate || kind === 'public',
    refuse: (address) => refusePrivate(`${address} is none`),
    env: {},
    certificates: undefined,
  })
  return {
    async check(url) {
      const { hostname } = parseUrl(url, schemes)
      if (!allowsPrivate) await checkPublic(hostname.replace(/^\[|\]$/g, ''))
    },
    async post(url, headers, body, signal) {
      const patience = AbortSignal.timeout(patienceMs)
      const bytes = Buffer.from(body)
      const request = {
        method: 'POST',
        url: parseUrl(url, schemes),
        headers: { ...headers, 'Content-Length': String(bytes.length), 'User-Agent': 'runwright' },
        body: bytes,
      } as const
      try {
        const answer = await client.send(request, AbortSignal.any([signal, patience]))
        const waitMs = parseRetryAfter(answer.headers['retry-after'], now())
        return { status: answer.status, body: await readBeginning(answer), waitMs }
      } catch (error) {
        if (!patience.aborted || signal.aborted) throw error
        throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `No answer came within ${patienceMs / 1000} s.`)
      }
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

function parseUrl(written: string, schemes: readonly string[]): URL {
  const url = URL.parse(written)
  const scheme = url?.protocol.slice(0, -1) ?? /^([a-z][\w+.-]*):/i.exec(written)?.[1]?.toLowerCase() ?? ''
  if (!schemes.includes(scheme)) {
    throw invalid(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${schemes.join(', ')}.`)
  }
  // A URL may leave slashes out, or have too many, and its first name is the host all the same.
  if (url === null || !/^[a-z]+:\/\/[^/\\]/i.test(written))
    throw invalid(`Webhook URL must include a hostname: '${written}'`)
  return url
}

/** @throws INVALID_PARAMETER_VALUE when one of the addresses of a host is not of the internet, or it has none */
async function checkPublic(host: string): Promise<void> {
  const addresses = isIP(host) === 0 ? await lookUp(host) : [host]
  const refused = addresses.find((address) => kindOfAddress(address) !== 'public')
  if (refused !== undefined) throw refusePrivate(`'${host}' resolves to ${refused}`)
}

async function lookUp(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Cannot resolve Webhook URL hostname '${host}': ${reason}`, {
      cause,
    })
  }
}

/** MLflow's words. */
function refusePrivate(which: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Webhook URL must not resolve to a non-public IP address. ${which}.`,
    { hint: 'Start the engine with MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS=true to allow addresses of your own network.' },
  )
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}

async function readBeginning({ body }: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    // SAFETY: a message without an encoding gives buffers.
    chunks.push(chunk as Buffer)
    sizeBytes += chunks.at(-1)?.length ?? 0
    if (sizeBytes >= maxBodyBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString()
}
