import { setTimeout as delay } from 'node:timers/promises'
import { errorCodes, RunwrightError } from '../protocol/errors.ts'

/** Attempts without any progress between them before an error is given on: about fifteen seconds. */
const maxAttempts = 6
const firstPauseMs = 250
const longestPauseMs = 8000

/**
 * Does `work` until it succeeds, as long as its errors say that trying again may help. Pauses double, and are spread at
 * random so that many at once do not come back at once.
 *
 * @param work calls `moved` when something got there, and the count
 *   begins anew
 * @throws the last error; CANCELLED
 */
export async function tryAgain<T>(work: (moved: () => void) => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(() => (attempt = 0))
    } catch (error) {
      if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
      // A full disk is full in a minute, too.
      const mayHelp = error instanceof RunwrightError && errorCodes[error.code].retry && error.code !== 'STORAGE_FULL'
      if (!mayHelp || attempt + 1 >= maxAttempts) throw error
      const pauseMs = Math.min(firstPauseMs * 2 ** attempt, longestPauseMs) * (0.5 + Math.random() / 2)
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
