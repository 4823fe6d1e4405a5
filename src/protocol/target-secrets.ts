import { recordOf } from './json.ts'

/** Begins the names of variables that no shell has: a person has entered in an editor what they hold. */
export const enteredPrefix = 'RUNWRIGHT_ENTERED_'

/** The variable of what was entered for a server: each has its own, and may have no other. @param url its whole address */
export function enteredVariable(url: string): string {
  const bytes = [...new TextEncoder().encode(url)]
  return `${enteredPrefix}${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The variables that hold what lets one in to a target. */
export function listSecretVariables(settings: {
  readonly tokenFrom?: unknown
  readonly passwordFrom?: unknown
  readonly headersFrom?: unknown
}): string[] {
  const { tokenFrom, passwordFrom, headersFrom } = settings
  return [tokenFrom, passwordFrom, ...Object.values(recordOf(headersFrom))].filter((each) => typeof each === 'string')
}
