import { RunwrightError } from '../../protocol/errors.ts'
import type { RemoteOptions } from '../remote.ts'

/**
 * The header that lets us in: a token, a header of the user's own, or user and password of the options or the url.
 *
 * @throws INVALID_PARAMETER_VALUE for ways to log in that are not spoken here
 */
export function readLogin(options: RemoteOptions['options'], url: URL): Readonly<Record<string, string>> {
  const token = options.get('token')
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  const password = options.get('password') ?? decodeURIComponent(url.password)
  const own = options.get('custom_auth_header')
  if (own !== undefined) return { [own.toLowerCase()]: password }
  if (options.get('auth') === 'digest') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Digest authentication is not spoken by Runwright.', {
      hint: 'Use auth = basic over https.',
    })
  }
  const user = options.get('user') ?? decodeURIComponent(url.username)
  if (user === '') return {}
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** The address without user and password, with a slash at the end. */
export function plainAddress(url: URL): URL {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  plain.search = ''
  plain.hash = ''
  plain.pathname = plain.pathname.replace(/\/*$/, '/')
  return plain
}
