/** Ends an engine that nobody needs. */
export interface IdleWatch extends Disposable {
  /** Something used the engine just now. */
  touch(): void
}

/** A run that is RUNNING may log only now and then, but one whose process died says RUNNING for ever. */
const maxRunIdleMs = 24 * 60 * 60 * 1000

/**
 * Calls `onIdle` once, when nothing has touched the engine for `idleMs` and nobody listens to it. While runs are
 * active that takes a day, because a plain MLflow client cannot start the engine again.
 */
export function createIdleWatch({
  idleMs,
  now,
  isInUse,
  countActiveRuns,
  onIdle,
}: {
  idleMs: number
  now: () => number
  isInUse: () => boolean
  countActiveRuns: () => Promise<number>
  onIdle: () => void
}): IdleWatch {
  let touchedAt = now()
  let timer = setTimeout(check, idleMs)

  function check(): void {
    if (isInUse()) touchedAt = now()
    const leftMs = touchedAt + idleMs - now()
    if (leftMs > 0) {
      timer = setTimeout(check, leftMs)
      return
    }
    void countActiveRuns().then(
      (count) => {
        if (count > 0 && now() - touchedAt < maxRunIdleMs) timer = setTimeout(check, idleMs)
        else if (now() - touchedAt < idleMs || isInUse()) check()
        else onIdle()
      },
      // A store that cannot be read now says nothing about its runs.
      () => (timer = setTimeout(check, idleMs)),
    )
  }

  return {
    touch() {
      touchedAt = now()
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
    },
  }
}
