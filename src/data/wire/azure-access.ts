import { RunwrightError } from '../../protocol/errors.ts'
import type { RemoteOptions } from '../remote.ts'
import { signForAzure } from './azure-signature.ts'
import { parseUrl, readBoolean } from '../../object-store/remote-options.ts'

/** Who may see an account's blobs, and where they are. */
export interface AzureAccess {
  /** With a slash at the end. */
  readonly endpoint: string
  /** The headers and the address of a request that lets us in. */
  sign(request: { method: string; url: URL; headers: Readonly<Record<string, string>> }): {
    readonly url: URL
    readonly headers: Readonly<Record<string, string>>
  }
}

/**
 * Keys as DVC finds them: of the remote's section, of a connection string, of the environment, the first that is there,
 * and in each the key of the account before a token (SAS) that allows less. They are written nowhere.
 *
 * @throws INVALID_PARAMETER_VALUE where no account is named, PERMISSION_DENIED where there is no key of it
 */
export function readAzureAccess({ options, env }: Pick<RemoteOptions, 'options' | 'env'>): AzureAccess {
  const text = options.get('connection_string') ?? env['AZURE_STORAGE_CONNECTION_STRING'] ?? ''
  const parts = new Map(
    text.split(';').map((part): [string, string] => [part.split('=')[0] ?? '', part.replace(/^[^=]*=/, '')]),
  )
  const account = options.get('account_name') ?? parts.get('AccountName') ?? env['AZURE_STORAGE_ACCOUNT']
  const named = parts.get('BlobEndpoint')
  if (account === undefined && named === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'The remote names no account of Azure.', {
      hint: '"runwright data remote modify NAME account_name ACCOUNT" sets it.',
    })
  }
  const suffix = parts.get('EndpointSuffix') ?? 'core.windows.net'
  const endpoint = `${parseUrl(named ?? `https://${account}.blob.${suffix}`).href.replace(/\/*$/, '')}/`
  const found = [
    { key: options.get('account_key'), sas: options.get('sas_token') },
    { key: parts.get('AccountKey'), sas: parts.get('SharedAccessSignature') },
    { key: env['AZURE_STORAGE_KEY'], sas: env['AZURE_STORAGE_SAS_TOKEN'] },
  ].find(({ key, sas }) => key !== undefined || sas !== undefined)
  const { key, sas } = found ?? {}
  if (key !== undefined && account !== undefined) {
    return {
      endpoint,
      sign: (request) => ({
        url: request.url,
        headers: { ...request.headers, authorization: signForAzure(request, account, key) },
      }),
    }
  }
  if (sas !== undefined) return { endpoint, sign: ({ url, headers }) => ({ url: withSas(url, sas), headers }) }
  if (readBoolean(options, 'allow_anonymous_login', false))
    return { endpoint, sign: ({ url, headers }) => ({ url, headers }) }
  throw new RunwrightError('PERMISSION_DENIED', `There is no key for the account ${account ?? endpoint}.`, {
    hint: 'Set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or account_key or sas_token of the remote with --local.',
  })
}

function withSas(url: URL, sas: string): URL {
  const signed = new URL(url)
  // Its signature may be copied from where it was not percent-encoded: a plus is one, and no space.
  const query = sas.trim().replace(/^\?/, '').replaceAll('+', '%2B')
  for (const [name, value] of new URLSearchParams(query)) signed.searchParams.set(name, value)
  return signed
}
