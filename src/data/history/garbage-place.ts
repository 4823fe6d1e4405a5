import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { createPackUse, type PackUse } from '../chunked/pack-use.ts'
import { maxListBytes } from '../dir-object.ts'
import type { DirHash } from '../hash.ts'
import { dataKey, type ObjectKey, parseChunkKey } from '../object-key.ts'
import type { DataRemote, ListedObject } from '../remote.ts'
import { readWhole } from '../transfer/read-whole.ts'
import { findDirBytes, isNamed } from './cached-lists.ts'
import { removeCachedObject } from './remove-cached-object.ts'

/** An object, and how large it is. */
export interface StoredObject {
  readonly key: ObjectKey
  readonly sizeBytes: number
}

/** Where garbage is: a cache, or a remote. */
export interface GarbagePlace {
  list(signal: AbortSignal): AsyncIterable<ListedObject> | Iterable<ListedObject>
  /** @throws STORAGE_DAMAGED for a recipe that cannot be read */
  readPackUse(recipes: readonly ObjectKey[], signal: AbortSignal): Promise<PackUse>
  /** But what somebody has come to need since it was listed, as far as the place can tell. */
  remove(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void>
  /** The list of a folder's files; undefined where there is none, or a damaged one. */
  readList(hash: DirHash, signal: AbortSignal): Promise<Buffer | undefined>
}

/**
 * @param before what came into the cache later may not go. Milliseconds since 1970-01-01 UTC
 * @param lists a remote that may have lists which the cache lacks
 */
export function openCacheGarbage(cache: DataCache, before: number, lists: DataRemote | undefined): GarbagePlace {
  return {
    // A remote of chunks that lies in the same folder is cleaned as a remote, or stays.
    list: () => cache.listAll().filter(({ key }) => parseChunkKey(key) === undefined),
    readPackUse: () => Promise.resolve(createPackUse()),
    async remove(keys) {
      // One without our lock, as DVC, may have stored it anew since it was listed.
      for (const key of keys) if ((cache.find(key)?.changedAt ?? before) < before) removeCachedObject(cache, key)
    },
    // A remote that cannot be asked has none: the caller then refuses.
    readList: async (hash, signal) =>
      findDirBytes(cache, hash) ?? (lists && (await fetchList(lists, hash, signal).catch(() => undefined))),
  }
}

/** Undefined where there is none, or a damaged one. */
export async function fetchList(remote: DataRemote, hash: DirHash, signal: AbortSignal): Promise<Buffer | undefined> {
  const key = dataKey(hash)
  if (!(await remote.find([key], signal)).has(key)) return undefined
  const bytes = await readWhole(remote, key, maxListBytes, signal).catch((error: unknown) => {
    if (error instanceof RunwrightError && error.code === 'STORAGE_DAMAGED') return undefined
    throw error
  })
  return bytes !== undefined && isNamed(bytes, hash) ? bytes : undefined
}
