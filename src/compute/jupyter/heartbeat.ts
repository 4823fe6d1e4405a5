import { silenceMs } from './agent-text.ts'

const pingMs = 5000

/** Tells when the other end has been silent for too long, though it is asked for a word again and again. */
export interface Heartbeat extends Disposable {
  start(): void
  heard(): void
}

/** @param parts.silent called at most once; a little sooner than we are gone for the other end */
export function createHeartbeat(parts: { readonly ping: () => void; readonly silent: () => void }): Heartbeat {
  let heardAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const stop = () => clearInterval(timer)
  const beat = () => {
    if (performance.now() - heardAt <= silenceMs * 0.75) return parts.ping()
    stop()
    parts.silent()
  }
  return {
    start: () => void (timer = setInterval(beat, pingMs).unref()),
    heard: () => void (heardAt = performance.now()),
    [Symbol.dispose]: stop,
  }
}
