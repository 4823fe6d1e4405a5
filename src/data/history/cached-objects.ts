import { lstatSync, unlinkSync } from 'node:fs'
import type { DataCache } from '../cache.ts'
import { codeOf } from '../hashing/store-object.ts'
import type { ObjectKey } from '../object-key.ts'

export interface CachedObject {
  readonly sizeBytes: number
  /** When it came into the cache, at the earliest. Milliseconds since 1970-01-01 UTC. */
  readonly changedAt: number
}

/** Undefined where there is none; a link in place of one is none. */
export function findCachedObject(cache: DataCache, key: ObjectKey): CachedObject | undefined {
  const entry = lstatSync(cache.path(key), { throwIfNoEntry: false })
  if (entry?.isFile() !== true) return undefined
  // A file that was moved or linked into the cache kept its time of writing, but not that of its inode's last change.
  return { sizeBytes: entry.size, changedAt: Math.max(entry.mtimeMs, entry.ctimeMs) }
}

/** One that is gone already is no error. */
export function removeCachedObject(cache: DataCache, key: ObjectKey): void {
  try {
    unlinkSync(cache.path(key))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
