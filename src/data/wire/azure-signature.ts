import { createHmac } from 'node:crypto'

/** Headers of the request that stand in the text to sign without their names, in this order. */
const plainHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
]

/**
 * The `authorization` of a request to Azure's Blob storage by the key of the account.
 *
 * @param request.headers all that are sent, in lower case; `content-length` only where it is not 0
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function signForAzure(
  request: { readonly method: string; readonly url: URL; readonly headers: Readonly<Record<string, string>> },
  account: string,
  key: string,
): string {
  const { method, url, headers } = request
  const own = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const query = [...url.searchParams]
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = [
    method,
    ...plainHeaders.map((name) => headers[name] ?? ''),
    ...own.map(([name, value]) => `${name}:${value.trim()}`),
    `/${account}${url.pathname}`,
    ...query.map(([name, value]) => `${name}:${value}`),
  ].join('\n')
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
  return `SharedKey ${account}:${signature}`
}
