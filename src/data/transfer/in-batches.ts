/** Files that a thread is given at a time. */
const batchFiles = 256
/** Batches that wait for a thread, so that none of them waits for us. */
const aheadBatches = 16

/** Does something with batch after batch, some of them at a time. @throws what one of them throws, the earliest first */
export async function inBatches<Item>(
  items: readonly Item[],
  doBatch: (batch: readonly Item[]) => Promise<void>,
): Promise<void> {
  const pending: Promise<void>[] = []
  for (let start = 0; start < items.length; start += batchFiles) {
    const doing = doBatch(items.slice(start, start + batchFiles))
    doing.catch(() => undefined)
    pending.push(doing)
    if (pending.length >= aheadBatches) await pending.shift()
  }
  for (const doing of pending) await doing
}
