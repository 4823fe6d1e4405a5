import { forEachConcurrently } from './for-each-concurrently.ts'

/**
 * Maps like `Promise.all` over `items.map(work)`, with at most `limit` of them under way at a time. The first failure
 * rejects and starts no more; those under way are left to end.
 *
 * @param limit 1 or more
 * @returns the results in the order of the items
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  await forEachConcurrently(items.entries(), Math.min(limit, items.length), async ([index, item]) => {
    results[index] = await work(item)
  })
  return results
}
