import type { DataCache } from '../cache.ts'
import { isDirHash, type Sha256 } from '../hash.ts'
import { sha256Of } from '../hashing/hash-digits.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { manifestHash } from '../history/cached-lists.ts'
import { findDataHash, type ObjectKey } from '../object-key.ts'
import { createObjectCheck } from '../restoring/object-check.ts'
import type { TransferObject } from './items.ts'

/**
 * Files and manifests of which the cache has other bytes than their names say, so that nobody gets those. Lists of
 * folders were hashed when they were read.
 *
 * @param objects with their sizes
 * @throws CANCELLED; what the system says of a file that cannot be read
 */
export async function findDamaged(
  cache: DataCache,
  pool: HashPool,
  objects: readonly TransferObject[],
): Promise<readonly TransferObject[]> {
  const check = createObjectCheck(cache, pool)
  const damaged: TransferObject[] = []
  for (const object of objects) {
    const { key, sizeBytes = 0 } = object
    const [hash, manifest] = [findDataHash(key), manifestHash(key)]
    if (hash !== undefined && !isDirHash(hash)) await check.expect(hash, () => damaged.push(object))
    if (manifest !== undefined && !(await isManifest(pool, cache, key, manifest, sizeBytes))) {
      damaged.push(object)
    }
  }
  await check.settle()
  return damaged
}

async function isManifest(
  pool: HashPool,
  cache: DataCache,
  key: ObjectKey,
  sha256: Sha256,
  sizeBytes: number,
): Promise<boolean> {
  return sha256Of(await pool.take({ folder: cache.folder, paths: [key], store: undefined }, sizeBytes)) === sha256
}
