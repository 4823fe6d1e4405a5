import { usageError } from './command.ts'

/** @throws INVALID_PARAMETER_VALUE saying how `command` is used */
export function parseCount(command: string, option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw usageError(command, `--${option} ${text}: expected a number from 1.`)
}
