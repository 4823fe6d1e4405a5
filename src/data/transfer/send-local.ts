import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import type { LocalObjects } from '../remote.ts'
import type { Work } from '../work.ts'
import { inBatches } from './in-batches.ts'
import type { TransferObject } from './items.ts'
import type { Tally } from './tally.ts'

/**
 * Sends objects to a folder of this machine: threads copy them.
 *
 * @param objects of a mebibyte or less, with their sizes
 * @param onLeft told of those that could not be sent so, as where one has gone: they are to be tried one by one
 * @throws STORAGE_FULL, TEMPORARILY_UNAVAILABLE, CANCELLED
 */
export async function sendLocal(
  { local, cache, tally, work }: { local: LocalObjects; cache: DataCache; tally: Tally; work: Work },
  objects: Iterable<TransferObject>,
  onLeft: (object: TransferObject) => void,
): Promise<void> {
  await using pool = openHashPool(work.signal)
  const places = { from: cache.folder, to: local.folder, temporary: await local.openTemporary() }
  await inBatches(objects, async (batch) => {
    try {
      const totalBytes = batch.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0)
      const sent = await pool.send({ ...places, paths: batch.map(({ key }) => key) }, totalBytes)
      for (const size of sent) tally.addMoved(size)
    } catch (error) {
      if (error instanceof RunwrightError) throw error
      batch.forEach(onLeft)
    }
  })
}
