import { usageError } from './command.ts'

/** @throws INVALID_PARAMETER_VALUE saying how `command` is used */
export function parseVersion(command: string, word: string): number {
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word)
  throw usageError(command, `"${word}" is no version: expected a number from 1.`)
}
