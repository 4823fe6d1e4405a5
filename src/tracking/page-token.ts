import { RunwrightError } from '../protocol/errors.ts'

/** MLflow's token: base64 of `{"offset": N}`, the number of items that came before. */
export function createPageToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64')
}

/** @throws INVALID_PARAMETER_VALUE for a token that we did not make */
export function parsePageToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  const offset = findOffset(Buffer.from(token, 'base64').toString())
  if (offset !== undefined) return offset
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid page token, could not base64-decode', {
    hint: 'Pass `page_token` on exactly as the page before gave it, or leave it out to start anew.',
  })
}

function findOffset(text: string): number | undefined {
  try {
    const token: unknown = JSON.parse(text)
    if (typeof token !== 'object' || token === null || !('offset' in token)) return undefined
    const { offset } = token
    return typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined
  } catch {
    return undefined
  }
}
