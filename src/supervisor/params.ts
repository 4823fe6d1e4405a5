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
