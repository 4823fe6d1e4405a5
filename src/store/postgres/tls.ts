import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { RunwrightError } from '../../protocol/errors.ts'

/** How the connection is made, in the order that is tried: `false` is without TLS. */
export type TlsChoices = readonly [ConnectionOptions | false, ...(ConnectionOptions | false)[]]

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type TlsMode = (typeof modes)[number]

/**
 * What `sslmode` means to libpq (postgresql.org/docs/current/libpq-ssl.html), which is not what it means to `pg`: there
 * all that is not `disable` is `verify-full`. Takes the parameters that it has read out of the address.
 *
 * @param env `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT` and `PGSSLKEY` stand in for what the address leaves out
 * @throws INVALID_PARAMETER_VALUE for an unknown mode, or a file that cannot be read
 */
export function takeTls(url: URL, env: NodeJS.ProcessEnv): TlsChoices {
  const take = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? env[`PG${name.toUpperCase()}`]
    url.searchParams.delete(name)
    return value === '' ? undefined : value
  }
  const mode = parseMode(take('sslmode') ?? 'prefer')
  const [root, certificate, key] = [take('sslrootcert'), take('sslcert'), take('sslkey')]
  if (mode === 'disable') return [false]
  const trusted = root === undefined || root === 'system' ? {} : { ca: readText(root) }
  const own = {
    ...(certificate === undefined ? {} : { cert: readText(certificate) }),
    ...(key === undefined ? {} : { key: readText(key) }),
  }
  const unchecked = { ...own, rejectUnauthorized: false }
  const issued = { ...own, ...trusted, checkServerIdentity: () => undefined }
  switch (mode) {
    case 'allow':
      return [false, unchecked]
    case 'prefer':
      return [unchecked, false]
    case 'require':
      return [root === undefined ? unchecked : issued]
    case 'verify-ca':
      return [issued]
    case 'verify-full':
      return [{ ...own, ...trusted }]
  }
}

function parseMode(text: string): TlsMode {
  const mode = modes.find((known) => known === text)
  if (mode !== undefined) return mode
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `sslmode=${text} is none of those that there are.`, {
    hint: `Choose one of ${modes.join(', ')}.`,
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The file ${path} for TLS cannot be read.`, {
      hint: 'Check the path and its rights.',
      cause: error,
    })
  }
}
