/** Pieces of work that are under way at a time; enough to keep every thread busy. */
const maxPending = 12

/**
 * The results of work that was begun, in the order of their beginning, with a bounded number of them under way. The work
 * is begun as the iterable is gone through.
 */
export async function* inOrder<Result>(begun: Iterable<Result | Promise<Result>>): AsyncGenerator<Result> {
  const pending: (Result | Promise<Result>)[] = []
  for (const result of begun) {
    // Whoever fails is heard when its turn has come.
    if (result instanceof Promise) result.catch(() => undefined)
    pending.push(result)
    while (pending.length > 0 && (pending.length >= maxPending || !(pending[0] instanceof Promise))) {
      const [first] = pending.splice(0, 1)
      // SAFETY: there is one, and undefined may be a result.
      yield await (first as Result | Promise<Result>)
    }
  }
  for (const rest of pending) yield await rest
}
