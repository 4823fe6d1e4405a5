import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import type { ObjectKey } from '../object-key.ts'
import type { LocalObjects } from '../remote.ts'
import type { Work } from '../work.ts'
import { inBatches } from './in-batches.ts'
import type { TransferObject } from './items.ts'
import type { Tally } from './tally.ts'

/**
 * Sends objects to a folder of this machine: threads copy them.
 *
 * @param sizes in bytes, a mebibyte or less
 * @param onSent told of each object that is there now
 * @returns those that could not be sent so, as where one has gone: they are to be tried one by one
 * @throws STORAGE_FULL, TEMPORARILY_UNAVAILABLE, CANCELLED
 */
export async function sendLocal(
  { local, cache, tally, work }: { local: LocalObjects; cache: DataCache; tally: Tally; work: Work },
  objects: readonly TransferObject[],
  sizes: ReadonlyMap<ObjectKey, number>,
  onSent: (key: ObjectKey) => void,
): Promise<readonly TransferObject[]> {
  await using pool = openHashPool(work.signal)
  const left: TransferObject[] = []
  const places = { from: cache.folder, to: local.folder, temporary: await local.openTemporary() }
  await inBatches(objects, async (batch) => {
    try {
      const sizeBytes = batch.reduce((sum, { key }) => sum + (sizes.get(key) ?? 0), 0)
      const sent = await pool.send({ ...places, paths: batch.map(({ key }) => key) }, sizeBytes)
      for (const [index, { key }] of batch.entries()) {
        tally.addMoved(sent[index] ?? 0)
        onSent(key)
      }
    } catch (error) {
      if (error instanceof RunwrightError) throw error
      left.push(...batch)
    }
  })
  return left
}
