/** Somebody outside asks the program for a checkpoint (SIGUSR1), or for one and then its end (SIGTERM). */
export interface CheckpointRequest {
  /** A checkpoint is asked for; `checkpoint` makes it false again. */
  readonly isPending: boolean
  /** The program was asked to end: save, then `process.exit(request.exitCode)`. */
  readonly shouldStop: boolean
  /** What a shell gives for an end by SIGTERM; with 0 the job would count as finished and not go on later. */
  readonly exitCode: number
}

/** Within this time a second SIGTERM is the same request. */
const graceMs = 5000

let isPending = false
let askedAt: number | undefined
let request: CheckpointRequest | undefined

/**
 * From now on SIGUSR1 and SIGTERM ask for a checkpoint at the next step, and no longer end the program at once. Only a
 * further SIGTERM five seconds later does. They are seen when the loop awaits something.
 */
export function onCheckpointRequest(): CheckpointRequest {
  if (request !== undefined) return request
  process.on('SIGUSR1', () => (isPending = true))
  const onTerm = () => {
    isPending = true
    const now = performance.now()
    if (askedAt !== undefined && now - askedAt >= graceMs) {
      process.off('SIGTERM', onTerm)
      process.kill(process.pid, 'SIGTERM')
    }
    askedAt ??= now
  }
  process.on('SIGTERM', onTerm)
  request = {
    get isPending() {
      return isPending
    },
    get shouldStop() {
      return askedAt !== undefined
    },
    exitCode: 143,
  }
  return request
}

/** A checkpoint is written now; a signal that comes from here on asks for another one. */
export function answerRequest(): void {
  isPending = false
}
