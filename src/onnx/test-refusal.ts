import assert from 'node:assert/strict'
import { type ErrorCode, RunwrightError } from '../protocol/errors.ts'

/** Shows that something is refused, and with which words. */
export function refuses(code: ErrorCode, message: RegExp, action: () => unknown): void {
  assert.throws(action, (error) => isRefusal(error, code, message))
}

/** The same of something that takes time. */
export async function refusesLater(code: ErrorCode, message: RegExp, action: () => Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isRefusal(error, code, message))
}

/** For `assert.throws` and what is caught. */
export function isRefusal(error: unknown, code: ErrorCode, message: RegExp): true {
  assert.ok(error instanceof RunwrightError, String(error))
  assert.match(error.message, message)
  assert.equal(error.code, code)
  return true
}
