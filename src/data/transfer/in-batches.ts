/** Files that a thread is given at a time. */
const batchFiles = 256
/** Batches that wait for a thread, so that none of them waits for us. */
const aheadBatches = 16

/** Does something with batch after batch, some of them at a time. @throws what one of them throws, the earliest first */
export async function inBatches<Item>(
  items: Iterable<Item>,
  doBatch: (batch: readonly Item[]) => Promise<void>,
): Promise<void> {
  const pending: Promise<void>[] = []
  const begin = async (batch: readonly Item[]): Promise<void> => {
    const doing = doBatch(batch)
    doing.catch(() => undefined)
    pending.push(doing)
    if (pending.length >= aheadBatches) await pending.shift()
  }
  let batch: Item[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < batchFiles) continue
    await begin(batch)
    batch = []
  }
  if (batch.length > 0) await begin(batch)
  for (const doing of pending) await doing
}
