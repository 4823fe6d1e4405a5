/**
 * Does work on items as they come, with at most `limit` of them under way at a time. The first failure rejects and starts
 * no more; those under way are left to end.
 *
 * @param limit 1 or more
 */
export async function forEachConcurrently<Item>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  let hasEnded = false
  const takeTurns = async (): Promise<void> => {
    while (!hasEnded) {
      const { done, value } = queue.next()
      if (done === true) return
      try {
        await work(value)
      } catch (error) {
        hasEnded = true
        throw error
      }
    }
  }
  const turns = Array.from({ length: limit }, takeTurns)
  try {
    await Promise.all(turns)
  } finally {
    queue.return?.()
  }
}
