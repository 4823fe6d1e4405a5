import { setTimeout as delay } from 'node:timers/promises'
import { errorCodes, RunwrightError } from '../../protocol/errors.ts'

/** An error after which a server asked to wait. */
export class AskedToWait extends Error {
  readonly error: RunwrightError
  readonly waitMs: number

  constructor(error: RunwrightError, waitMs: number) {
    super(error.message)
    this.error = error
    this.waitMs = waitMs
  }
}

const maxFailures = 8
const firstPauseMs = 250
const longestPauseMs = 10_000
/** Who asks for more is asked again by the user. */
const longestWaitMs = 120_000

/**
 * Does it again while it fails for reasons that pass, with longer and longer pauses, eight times in a row.
 *
 * @param attempt is told how to say that it got further, after which failures are counted anew
 * @throws the last error; CANCELLED
 */
export async function withRetries<Result>(
  attempt: (gotFurther: () => void) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  let failures = 0
  for (;;) {
    try {
      return await attempt(() => (failures = 0))
    } catch (thrown) {
      const [error, askedMs] = thrown instanceof AskedToWait ? [thrown.error, thrown.waitMs] : [thrown, 0]
      failures++
      const passes = error instanceof RunwrightError && errorCodes[error.code].retry && error.code !== 'STORAGE_FULL'
      if (!passes || failures > maxFailures || askedMs > longestWaitMs) throw error
      const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)
      await pause(Math.max(pauseMs, askedMs), signal)
    }
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(durationMs, undefined, { signal })
  } catch {
    throw new RunwrightError('CANCELLED', 'Cancelled.')
  }
}
