import { recordOf } from './json.ts'

/** The variables that hold what lets one in to a target. */
export function listSecretVariables(settings: {
  readonly tokenFrom?: unknown
  readonly passwordFrom?: unknown
  readonly headersFrom?: unknown
}): string[] {
  const { tokenFrom, passwordFrom, headersFrom } = settings
  return [tokenFrom, passwordFrom, ...Object.values(recordOf(headersFrom))].filter((each) => typeof each === 'string')
}
