/** Runs work once before the next picture, however often it was asked for. */
export function createFrameScheduler(work: () => void) {
  let handle: number | undefined
  return {
    request(): void {
      handle ??= requestAnimationFrame(() => {
        handle = undefined
        work()
      })
    },
    cancel(): void {
      if (handle !== undefined) cancelAnimationFrame(handle)
      handle = undefined
    },
  }
}

/** Runs work at most once in so many milliseconds: at once when there was no call for as long, else later. */
export function createThrottle(pauseMs: number, work: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let readyAt = 0
  return {
    request(): void {
      timer ??= setTimeout(
        () => {
          timer = undefined
          readyAt = performance.now() + pauseMs
          work()
        },
        Math.max(0, readyAt - performance.now()),
      )
    },
    cancel(): void {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
