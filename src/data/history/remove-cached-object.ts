import { unlinkSync } from 'node:fs'
import type { DataCache } from '../cache.ts'
import { codeOf } from '../hashing/store-object.ts'
import type { ObjectKey } from '../object-key.ts'

/** One that is gone already is no error. */
export function removeCachedObject(cache: DataCache, key: ObjectKey): void {
  try {
    unlinkSync(cache.path(key))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
