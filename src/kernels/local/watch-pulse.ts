/** Whether a kernel answers. Disposing it stops the questions. */
export interface Pulse extends Disposable {
  /** It has answered. */
  beat(): void
}

const beatMs = 3000
/** A busy machine is not silent. */
const silentMs = 15_000

/** @param ask what a kernel that is well answers at once, whatever it computes */
export function watchPulse({ ask, onSilence }: { ask(): void; onSilence(isSilent: boolean): void }): Pulse {
  let heardAt = performance.now()
  let askedAt = 0
  let isSilent = false

  function tell(silent: boolean): void {
    if (silent !== isSilent) onSilence(silent)
    isSilent = silent
  }

  const timer = setInterval(() => {
    const now = performance.now()
    // This process may have stood still itself, with the machine asleep: then nothing was asked.
    if (askedAt > heardAt && now - heardAt > silentMs && now - askedAt < 2 * beatMs) tell(true)
    askedAt = now
    ask()
  }, beatMs)
  return {
    beat() {
      heardAt = performance.now()
      tell(false)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
