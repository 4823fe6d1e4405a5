import { setTimeout as delay } from 'node:timers/promises'
import { errorCodes, RunwrightError } from '../protocol/errors.ts'

/**
 * Does `work` until it succeeds, as long as its errors say that trying again may help (by default: `retry` in
 * `errorCodes`) and `patienceMs` have not passed. Throws the last error otherwise.
 */
export async function retry<T>(
  work: () => Promise<T>,
  patienceMs: number,
  isWorthIt: (error: unknown) => boolean = mayHelp,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 3000)) {
    try {
      return await work()
    } catch (error) {
      if (!isWorthIt(error) || performance.now() + pauseMs > deadline) throw error
      await delay(pauseMs)
    }
  }
}

/** Whether the same request may succeed later. */
export function mayHelp(error: unknown): boolean {
  return error instanceof RunwrightError && errorCodes[error.code].retry
}
