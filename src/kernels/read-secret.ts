import { RunwrightError } from '../protocol/errors.ts'
import { enteredPrefix } from '../protocol/target-secrets.ts'

/**
 * The value of a variable that lets one in to a target.
 *
 * @param name of the target
 * @throws INVALID_STATE when it is not known
 */
export function readSecret(
  name: string,
  variable: string,
  secrets: Readonly<Record<string, string | undefined>>,
): string {
  const value = secrets[variable]
  if (value !== undefined && value !== '') return value
  if (variable.startsWith(enteredPrefix)) {
    throw new RunwrightError('INVALID_STATE', `What lets one in to "${name}" is not known here.`, {
      hint: 'Choose the server again where it was entered.',
    })
  }
  throw new RunwrightError('INVALID_STATE', `What lets one in to "${name}" is not known: ${variable} is not set.`, {
    hint: `Set ${variable} and run \`runwright kernels environments\`: the engine keeps it in memory.`,
  })
}
