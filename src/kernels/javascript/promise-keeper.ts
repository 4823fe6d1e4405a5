import { promiseHooks } from 'node:v8'

/**
 * Keeps the promises of what is evaluated from being collected, as those are that nothing will resolve. The inspector
 * tells of one that it waited for; it tells in the midst of collecting, where nothing may be called, and that ends the
 * process.
 */
export interface PromiseKeeper {
  /** Keeps the first promise that is made from now on, which is that of the code, until the answer is called. */
  keepNext(): () => void
  /** Looks at no more promises. */
  stop(): void
}

export function createPromiseKeeper(): PromiseKeeper {
  const kept = new Set<object>()
  let stop: Function | undefined

  function stopLooking(): void {
    stop?.()
    stop = undefined
  }

  return {
    keepNext() {
      // Code that was ended in the midst of it has not said so.
      stopLooking()
      const keeping: { first?: Promise<unknown> } = {}
      kept.add(keeping)
      stop = promiseHooks.onInit((promise) => (keeping.first ??= promise))
      return () => void kept.delete(keeping)
    },
    stop: stopLooking,
  }
}
