import { createIdleCount } from './idle-count.ts'

/** Looks whether anybody uses a kernel. Disposing it ends that. */
export interface IdleWatch extends Disposable {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly usedAt: number
  /** Milliseconds; undefined: nobody has to use it. */
  readonly timeoutMs: number | undefined
  touch(): void
  setTimeout(timeoutMs: number | undefined): void
}

/** Often enough that a tenth of the time is all that it is stopped late, and no more often than that takes. */
const looksPerTimeout = 10
const longestLookMs = 60_000

export function watchIdle(parts: {
  now(): number
  /** It runs something, is being started, or has ended. */
  isInUse(): boolean
  /** What it says outside of cells, as from a thread, is use, too. */
  lastSeq(): number
  onIdle(timeoutMs: number): void
}): IdleWatch {
  let usedAt = parts.now()
  let timeoutMs: number | undefined
  let count = createIdleCount({ startedAt: 0, lookMs: 0 })
  let timer: NodeJS.Timeout | undefined
  let seenSeq = 0

  function look(limitMs: number): void {
    const isInUse = parts.isInUse() || parts.lastSeq() !== seenSeq
    seenSeq = parts.lastSeq()
    if (isInUse) usedAt = parts.now()
    if (count.look(performance.now(), isInUse) >= limitMs) parts.onIdle(limitMs)
  }

  return {
    get usedAt() {
      return usedAt
    },
    get timeoutMs() {
      return timeoutMs
    },
    touch() {
      usedAt = parts.now()
      count.touch()
    },
    setTimeout(limitMs) {
      clearInterval(timer)
      timeoutMs = limitMs
      if (limitMs === undefined) return
      const lookMs = Math.min(limitMs / looksPerTimeout, longestLookMs)
      count = createIdleCount({ startedAt: performance.now(), lookMs })
      seenSeq = parts.lastSeq()
      timer = setInterval(() => look(limitMs), lookMs)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
