import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'

/** MLflow's token: base64 of `{"offset": N}`, the number of items that came before. */
export function createPageToken(offset: number): string {
  return encodePageToken({ offset })
}

/** @throws INVALID_PARAMETER_VALUE for a token that we did not make */
export function parsePageToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  return decodePageToken(token, ({ offset }) => (isOffset(offset) ? offset : undefined))
}

/** A token of which a list needs more. */
export function encodePageToken(place: { readonly offset: number; readonly after?: readonly unknown[] }): string {
  return Buffer.from(JSON.stringify(place)).toString('base64')
}

/**
 * @param find what the token says; undefined for what we did not make
 * @throws INVALID_PARAMETER_VALUE
 */
export function decodePageToken<T>(
  token: string,
  find: (place: Readonly<Record<string, unknown>>) => T | undefined,
): T {
  const place = parseForeignJson(Buffer.from(token, 'base64').toString())
  const found = isRecord(place) ? find(place) : undefined
  if (found !== undefined) return found
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid page token, could not base64-decode', {
    hint: 'Pass `page_token` on exactly as the page before gave it, or leave it out to start anew.',
  })
}

export function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
