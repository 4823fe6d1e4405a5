import { createHash } from 'node:crypto'

/** Where runs can be: a workspace folder, which has an engine of its own, or an MLflow server. */
export type Place =
  | { readonly kind: 'folder'; readonly label: string; readonly path: string }
  | { readonly kind: 'server'; readonly label: string; readonly url: string }

/** The same for the same place in every window; made of letters and digits, so that it can stand in a URI. */
export function identifyPlace(place: Place): string {
  const name = place.kind === 'folder' ? place.path : place.url
  return `${place.kind}${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

/** Checks a server's address as a user types it; undefined when it is none that can be opened. */
export function parseServerUrl(text: string): string | undefined {
  const url = URL.parse(text.trim())
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  // Credentials belong into the secret storage, not into settings.
  if (url.username !== '' || url.password !== '') return undefined
  url.search = ''
  url.hash = ''
  return url.href.replace(/\/+$/, '')
}

export function toServerPlace(url: string): Place {
  const { host, pathname } = new URL(url)
  return { kind: 'server', label: `${host}${pathname === '/' ? '' : pathname}`, url }
}
