import { RunwrightError } from '../../protocol/errors.ts'

/** Undefined for what a server of an older version does not know; to be given to `catch`. @throws every other error */
export function unlessUnknown(error: unknown): undefined {
  if (error instanceof RunwrightError && /NOT_FOUND|NOT_IMPLEMENTED|BAD_REQUEST/.test(error.code)) return undefined
  throw error
}
