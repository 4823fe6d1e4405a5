import { RunwrightError } from '../protocol/errors.ts'
import type { CliContext } from './context.ts'

/** The values of secrets, which are variables of whoever launches. @throws INVALID_PARAMETER_VALUE when one is not set */
export function readSecrets(names: readonly string[], env: CliContext['env']): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = env[name]
      if (value !== undefined && value !== '') return [name, value]
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `The secret ${name} is not set.`, {
        hint: `Set the variable ${name} in this shell; its value goes to the command and is not stored.`,
      })
    }),
  )
}
