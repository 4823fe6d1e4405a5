import { createHash, createHmac } from 'node:crypto'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of keys that hold for some hours only. */
  readonly sessionToken?: string | undefined
}

export interface SignedRequest {
  readonly method: string
  readonly url: URL
  /** All of them are signed; names in any case. `host` is taken from the url. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body in hex, or what S3 takes in its place. */
  readonly payloadHash: string
}

/** S3 takes it over TLS and in our tests; integrity is by `Content-MD5`. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD'

/**
 * The headers of a request with its signature by AWS Signature Version 4 among them.
 *
 * @param scope.service as `s3`, whose paths are encoded once, unlike those of all others
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function signForAws(
  { method, url, headers, payloadHash }: SignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  scope: { readonly region: string; readonly service: string; readonly now: Date },
): Record<string, string> {
  const time = scope.now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const all: Record<string, string> = {
    ...lowerCase(headers),
    host: url.host,
    'x-amz-date': time,
    ...(scope.service === 's3' ? { 'x-amz-content-sha256': payloadHash } : {}),
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  }
  const names = Object.keys(all).sort()
  const signedHeaders = names.join(';')
  const canonical = [
    method,
    canonicalPath(url, scope.service),
    canonicalQuery(url),
    ...names.map((name) => `${name}:${(all[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    payloadHash,
  ].join('\n')
  const place = `${time.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, place, createHash('sha256').update(canonical).digest('hex')].join('\n')
  // The key is derived step by step: day, region, service, and a word that ends it.
  let key: string | Buffer = `AWS4${secretAccessKey}`
  for (const step of place.split('/')) key = createHmac('sha256', key).update(step).digest()
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${place}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function canonicalPath({ pathname }: URL, service: string): string {
  const decoded = pathname
    .split('/')
    .map((part) => encodeForAws(decodeURIComponent(part)))
    .join('/')
  return service === 's3' ? decoded : decoded.split('/').map(encodeForAws).join('/')
}

function canonicalQuery({ searchParams }: URL): string {
  const pairs = [...searchParams].map(([name, value]): [string, string] => [encodeForAws(name), encodeForAws(value)])
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return pairs
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** All but letters, digits and `-._~` as `%XX`. */
export function encodeForAws(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
