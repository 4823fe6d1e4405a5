/** Runs something soon after it was asked for, and again at most once in `pauseMs`, however often it is asked for. */
export function createPace(pauseMs: number, run: () => void): { ask(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastRun = -Infinity
  return {
    ask() {
      timer ??= setTimeout(
        () => {
          timer = undefined
          lastRun = performance.now()
          run()
        },
        Math.max(0, lastRun + pauseMs - performance.now()),
      )
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
