/**
 * Makes work that may be asked for at any rate run one at a time: asked while it runs, it runs once more afterwards,
 * however often it was asked. Resolves when a run that began after the call has ended; never rejects by itself, a
 * failure goes to the callers that waited for that run.
 */
export function createCoalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const start = () => {
    next = undefined
    running = work().finally(() => {
      running = undefined
    })
    return running
  }

  return () => {
    if (running === undefined) return start()
    // One more run serves everybody who asks from now until it begins.
    next ??= running.then(start, start)
    return next
  }
}
