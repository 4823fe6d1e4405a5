import { RunwrightError } from '../protocol/errors.ts'

/** Whatever work throws when its signal was aborted, it was cancelled. @throws CANCELLED then, else what it throws */
export async function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.', { cause: error })
    throw error
  }
}
