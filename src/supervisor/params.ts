import { RunwrightError } from '../protocol/errors.ts'
import type { Param } from '../protocol/runs.ts'

/**
 * Reads `key=value` words. The value may hold further `=` signs and may be empty.
 *
 * @throws INVALID_PARAMETER_VALUE for a word without key or `=`, and for a key given twice
 */
export function parseParams(words: readonly string[]): readonly Param[] {
  const params = new Map<string, string>()
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals < 1) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `--param ${word}: expected KEY=VALUE.`, {
        hint: 'For example --param lr=0.01.',
      })
    }
    const key = word.slice(0, equals)
    if (params.has(key)) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `--param ${key} is given twice.`, {
        hint: 'A run has one value for each param; start one run for each.',
      })
    }
    params.set(key, word.slice(equals + 1))
  }
  return [...params].map(([key, value]) => ({ key, value }))
}

/** Puts values in place of `{key}` in the words of a command; braces around anything else stay as they are. */
export function substituteParams(command: readonly string[], params: readonly Param[]): string[] {
  const values = new Map(params.map(({ key, value }) => [key, value]))
  return command.map((word) => word.replaceAll(/\{([^{}]+)\}/g, (braced, key: string) => values.get(key) ?? braced))
}
