import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError, throwIfCancelled } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import { digitsAt, md5Of, sha256Of } from '../hashing/hash-digits.ts'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import type { Work } from '../work.ts'
import { inOrder } from '../workspace/in-order.ts'
import type { StoredObject } from './garbage-place.ts'

/** An object with what its bytes are now; no hashes where they cannot be read. */
export interface HashedObject extends StoredObject {
  readonly md5: string | undefined
  readonly sha256: string | undefined
}

const batchFiles = 64
const batchBytes = 64 << 20

/** Reads objects of the cache by threads, in order. An object that goes away meanwhile is left out. */
export async function* hashCached(
  cache: DataCache,
  folder: string,
  objects: Iterable<StoredObject>,
  work: Work,
): AsyncGenerator<HashedObject> {
  await using pool = openHashPool(work.signal)
  const hashBatch = async (batch: readonly StoredObject[]): Promise<readonly HashedObject[]> => {
    try {
      const paths = batch.map(({ key }) => key)
      const sizeBytes = batch.reduce((sum, each) => sum + each.sizeBytes, 0)
      const taken = await pool.take({ folder, paths, store: undefined }, sizeBytes)
      return batch.map((object, index) => {
        const digits = digitsAt(taken, index)
        return { ...object, md5: md5Of(digits), sha256: sha256Of(digits) }
      })
    } catch (error) {
      throwIfCancelled(work)
      if (error instanceof RunwrightError && error.code === 'CANCELLED') throw error
      // One of them cannot be read: each is looked at by itself.
      if (batch.length > 1) return (await Promise.all(batch.map((object) => hashBatch([object])))).flat()
      const isThere = batch.some(({ key }) => lstatSync(cache.path(key), { throwIfNoEntry: false }) !== undefined)
      return isThere ? batch.map((object) => ({ ...object, md5: undefined, sha256: undefined })) : []
    }
  }
  for await (const hashed of inOrder(beginBatches(objects, hashBatch))) yield* hashed
}

function* beginBatches<Result>(
  objects: Iterable<StoredObject>,
  begin: (batch: readonly StoredObject[]) => Promise<Result>,
): Generator<Promise<Result>> {
  let batch: StoredObject[] = []
  let sizeBytes = 0
  for (const object of objects) {
    batch.push(object)
    sizeBytes += object.sizeBytes
    if (batch.length < batchFiles && sizeBytes < batchBytes) continue
    yield begin(batch)
    batch = []
    sizeBytes = 0
  }
  if (batch.length > 0) yield begin(batch)
}

/** Reads objects of a remote through, as many at a time as do it good; nothing is kept. */
export async function* hashRemote(
  remote: DataRemote,
  objects: readonly StoredObject[],
  { signal }: Pick<Work, 'signal'>,
): AsyncGenerator<HashedObject> {
  const atATime = Math.max(1, remote.concurrency)
  for (let start = 0; start < objects.length; start += atATime) {
    throwIfCancelled({ signal })
    yield* await mapConcurrently(objects.slice(start, start + atATime), atATime, (object) =>
      hashOne(remote, object, signal),
    )
  }
}

async function hashOne(remote: DataRemote, object: StoredObject, signal: AbortSignal): Promise<HashedObject> {
  try {
    return await tryAgain(async () => {
      const [md5, sha256] = [createHash('md5'), createHash('sha256')]
      for await (const chunk of await remote.read(object.key, 0, signal)) {
        if (!(chunk instanceof Uint8Array)) continue
        md5.update(chunk)
        sha256.update(chunk)
      }
      return { ...object, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
    }, signal)
  } catch (error) {
    // What is wrong with one, as chunks that are gone, is no reason to look at no other.
    const isItsOwn =
      error instanceof RunwrightError && ['STORAGE_DAMAGED', 'RESOURCE_DOES_NOT_EXIST'].includes(error.code)
    if (isItsOwn) return { ...object, md5: undefined, sha256: undefined }
    throw error
  }
}

/** The hash in a key that is one. */
export function nameOf(key: ObjectKey): string {
  const [, first = '', rest = ''] = /\/(..)\/([0-9a-f]+)(?:\.dir)?$/.exec(key) ?? []
  return first + rest
}
