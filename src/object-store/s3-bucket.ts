import { RunwrightError } from '../protocol/errors.ts'
import { loadAwsAccess } from './aws-credentials.ts'
import { encodeForAws, signForAws, unsignedPayload } from './aws-signature.ts'
import { parseBucketUrl, parseUrl, readBoolean, readIdleMs, type RemoteSettings } from './remote-options.ts'
import { expectStatus, sendRequest, type WebAnswer, type WebRequest } from './web.ts'

/** A bucket, and the place in it that a url names. */
export interface Bucket {
  /** Keys of the remote begin with it: empty, or with a slash at the end. */
  readonly prefix: string
  readonly label: string
  /** Resolves with the head of the answer, whatever its status. @throws TEMPORARILY_UNAVAILABLE, CANCELLED */
  send(request: BucketRequest, signal: AbortSignal): Promise<WebAnswer>
  /** Answers with one of these statuses, or throws. */
  ask(request: BucketRequest & { readonly fine: readonly number[] }, signal: AbortSignal): Promise<WebAnswer>
}

export type BucketRequest = Pick<WebRequest, 'method' | 'body' | 'headers'> & {
  /** Of an object, from the prefix; undefined for the bucket. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
}

/** How long keys are used before they are looked for again. */
const reloadMs = 5 * 60_000

/**
 * @param remote.url as `s3://BUCKET/FOLDER`
 * @throws INVALID_PARAMETER_VALUE for a url that names no bucket, PERMISSION_DENIED where there are no keys
 */
export async function openBucket(remote: RemoteSettings): Promise<Bucket> {
  const { options, env } = remote
  const { name, prefix } = parseBucketUrl(remote.url, 's3://BUCKET/FOLDER')
  const isAnonymous = readBoolean(options, 'allow_anonymous_login', false)
  const { credentials, region, endpoint: profileEndpoint } = await loadAwsAccess(remote)
  let keys = { credentials, loadedAt: Date.now() }
  if (credentials === undefined && !isAnonymous) {
    throw new RunwrightError('PERMISSION_DENIED', `There are no keys for ${remote.url}.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "aws configure", or name a profile in the remote’s settings.',
    })
  }
  const ofEnvironment = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const endpoint = options.get('endpointurl') ?? ofEnvironment ?? profileEndpoint
  const root = bucketUrl(name, region, endpoint)
  const idleMs = readIdleMs(options, ['read_timeout', 'connect_timeout'])
  async function send({ method, key, query = {}, headers = {}, body }: BucketRequest, signal: AbortSignal) {
    const path = key === undefined ? '' : (prefix + key).split('/').map(encodeForAws).join('/')
    const url = new URL(root + path)
    for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value)
    // Keys that hold for some hours are exchanged for others in the files that they come from.
    if (Date.now() - keys.loadedAt > reloadMs) keys = { ...(await loadAwsAccess(remote)), loadedAt: Date.now() }
    const signed =
      keys.credentials === undefined
        ? headers
        : signForAws({ method, url, headers, payloadHash: unsignedPayload }, keys.credentials, {
            region,
            service: 's3',
            now: new Date(),
          })
    // fetch adds the host itself.
    const { host: _, ...sent } = signed
    return sendRequest({ method, url, headers: sent, signal, idleMs, ...(body && { body }) })
  }

  return {
    prefix,
    label: `s3://${name}/${prefix}`.replace(/\/$/, ''),
    send,
    async ask({ fine, ...request }, signal) {
      return expectStatus(await send(request, signal), request.key ?? `the bucket ${name}`, fine)
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
