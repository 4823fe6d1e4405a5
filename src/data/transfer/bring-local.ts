import { rmSync } from 'node:fs'
import { RunwrightError } from '../../protocol/errors.ts'
import { type DataCache, placeOfCopies } from '../cache.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import { digitsAt, md5Of, sha256Of } from '../hashing/hash-digits.ts'
import { numbersPerFile, type TakenFiles } from '../hashing/take-files.ts'
import { findDataHash } from '../object-key.ts'
import type { Work } from '../work.ts'
import { inBatches } from './in-batches.ts'
import type { TransferObject } from './items.ts'
import type { Tally } from './tally.ts'

/**
 * Brings objects that lie as files on this machine: threads read each once, for both hashes and for the cache.
 *
 * @param folder absolute path of the remote's root
 * @param onLeft told of those that could not be brought so, as where one is missing: they are to be tried one by one
 */
export async function bringLocal(
  { folder, cache, tally, work }: { folder: string; cache: DataCache; tally: Tally; work: Work },
  objects: Iterable<TransferObject>,
  onLeft: (object: TransferObject) => void,
): Promise<void> {
  await using pool = openHashPool(work.signal)
  const store = placeOfCopies(cache)
  await inBatches(objects, async (batch) => {
    try {
      const taken = await pool.take({ folder, paths: batch.map(({ key }) => key), store }, Infinity)
      for (const [index, object] of batch.entries()) keep(cache, tally, object, taken, index)
    } catch (error) {
      if (error instanceof RunwrightError) throw error
      batch.forEach(onLeft)
    }
  })
}

function keep(cache: DataCache, tally: Tally, object: TransferObject, taken: TakenFiles, index: number): void {
  const digits = digitsAt(taken, index)
  const [md5, sha256] = [md5Of(digits), sha256Of(digits)]
  const [size = 0, , , mtimeMs = 0, ino = 0] = taken.numbers.subarray(index * numbersPerFile)
  const isOther = findDataHash(object.key) !== md5
  if (isOther || (object.sha256 !== undefined && object.sha256 !== sha256)) {
    // What has another md5 was stored by that, which is as it should be; what only pretends to have it is not kept.
    if (!isOther) rmSync(cache.path(object.key), { force: true })
    return tally.fail(object, damagedRemote(object.key))
  }
  if (ino !== 0) cache.states.record(md5, { size, mtimeMs, ino })
  tally.addMoved(size)
}

/** An error about an object whose bytes in the remote are not those of its name. */
export function damagedRemote(key: string, label?: string): RunwrightError {
  const where = label === undefined ? 'The remote’s object' : `In ${label} the object`
  return new RunwrightError('STORAGE_DAMAGED', `${where} ${key} does not hold the bytes that its name says.`, {
    hint: 'It was not stored here. Where it is whole, "runwright data verify --remote NAME --repair" and a push mend the remote.',
  })
}
