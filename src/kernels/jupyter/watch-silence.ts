/** Whether the other end of a connection is still there. Disposing it stops the questions. */
export interface Silence extends Disposable {
  /** @param isAnswer to a ping, in the midst of the execution that it was sent in */
  heard(isAnswer: boolean): void
  connected(): void
  /** There is no connection, and none can be had. */
  disconnected(): void
}

/** In milliseconds. */
const pingMs = 5000
const silentMs = 15_000
/**
 * How long a connection is kept that says nothing while the server can be asked: TCP itself brings what a network that
 * was cut for half a minute has held up, and whoever closes the connection loses that.
 */
const patienceMs = 60_000

/**
 * @param parts.isBusy whether something is to come on the connection
 * @param parts.ping asks for a word on it while that is so: a kernel that computes may answer late, so that one that has
 *   never answered is not expected to
 * @param parts.isReachable whether the server, by another connection, says that the kernel is there
 * @param parts.giveUp closes the connection
 */
export function watchSilence(parts: {
  isBusy(): boolean
  ping(): void
  isReachable(): Promise<boolean>
  giveUp(): void
  tell(isSilent: boolean): void
}): Silence {
  let heardAt = performance.now()
  let reachableSince = Infinity
  let answersPings = false
  let isConnected = false
  let isSilent = false

  function tell(silent: boolean): void {
    if (silent === isSilent) return
    isSilent = silent
    parts.tell(silent)
  }

  async function look(): Promise<void> {
    if (!isConnected) return
    if (parts.isBusy()) parts.ping()
    if (performance.now() - heardAt < silentMs) return
    const isReachable = await parts.isReachable()
    const now = performance.now()
    if (!isConnected || now - heardAt < silentMs) return
    if (!parts.isBusy()) {
      // Nothing is to come.
      heardAt = now
      return tell(!isReachable)
    }
    if (answersPings || !isReachable) tell(true)
    reachableSince = isReachable ? Math.min(reachableSince, now) : Infinity
    if (answersPings && now - reachableSince > patienceMs) parts.giveUp()
  }

  const timer = setInterval(() => void look(), pingMs)
  return {
    heard(isAnswer) {
      heardAt = performance.now()
      reachableSince = Infinity
      if (isAnswer) answersPings = true
      tell(false)
    },
    connected() {
      isConnected = true
      heardAt = performance.now()
      reachableSince = Infinity
      tell(false)
    },
    disconnected() {
      isConnected = false
      tell(true)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
