/**
 * Fetches what is shown, one at a time: asked while a fetch runs, it fetches once more afterwards, however often it was
 * asked, and not before a pause, so that a stream of changes costs little.
 *
 * @param fetch settles always; the signal is aborted when what it fetches is no longer wanted
 */
export function createRefetch(pauseMs: number, fetch: (signal: AbortSignal) => Promise<void>) {
  let running: AbortController | undefined
  let pause: ReturnType<typeof setTimeout> | undefined
  let isWanted = false

  function start(): void {
    clearTimeout(pause)
    pause = undefined
    isWanted = false
    const controller = (running = new AbortController())
    void fetch(controller.signal).finally(() => {
      if (running !== controller) return
      running = undefined
      pause = setTimeout(() => {
        pause = undefined
        if (isWanted) start()
      }, pauseMs)
    })
  }

  return {
    /** Something changed: fetches soon. */
    request(): void {
      isWanted = true
      if (running === undefined && pause === undefined) start()
    },
    /** Something else is wanted: gives up what runs and fetches at once. */
    restart(): void {
      running?.abort()
      start()
    },
    /** Nothing is wanted any more. */
    stop(): void {
      running?.abort()
      running = undefined
      clearTimeout(pause)
      pause = undefined
      isWanted = false
    },
  }
}
