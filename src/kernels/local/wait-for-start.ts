import { RunwrightError } from '../../protocol/errors.ts'

const askAgainMs = 500

/**
 * Waits for a kernel's first answer.
 *
 * @param ask what makes it answer; asked again until it does
 * @throws why it has ended, TEMPORARILY_UNAVAILABLE after `startMs`, CANCELLED by the signal
 */
export async function waitForStart(parts: {
  readonly answered: Promise<unknown>
  /** Resolves when it has ended before that. */
  readonly ended: Promise<RunwrightError>
  readonly startMs: number
  readonly signal: AbortSignal
  ask(): void
}): Promise<void> {
  const { answered, ended, startMs, signal, ask } = parts
  const failed = Promise.withResolvers<never>()
  const giveUp = () => failed.reject(new RunwrightError('CANCELLED', 'The start of the kernel was cancelled.'))
  void ended.then(failed.reject)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  // What it publishes of an answer before anybody hears it is gone: then both would wait for ever.
  const timers = [setInterval(ask, askAgainMs), setTimeout(() => failed.reject(tooSlow(startMs)), startMs)]
  try {
    ask()
    await Promise.race([answered, failed.promise])
  } finally {
    timers.forEach(clearTimeout)
    signal.removeEventListener('abort', giveUp)
  }
}

function tooSlow(patienceMs: number): RunwrightError {
  return new RunwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `The kernel did not answer within ${patienceMs / 1000} seconds.`,
    { hint: 'Start it again; a machine that is busy, or an environment on a slow disk, may take longer.' },
  )
}
