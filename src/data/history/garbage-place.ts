import { buffer } from 'node:stream/consumers'
import type { DirHash } from '../hash.ts'
import { dataKey, type ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import type { DataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import { findDirBytes, isNamed } from './cached-lists.ts'
import { findCachedObject, listCachedKeys, removeCachedObject } from './cached-objects.ts'

/** Where garbage is: a cache, or a remote. */
export interface GarbagePlace {
  list(work: Pick<Work, 'signal'>): AsyncIterable<{ readonly key: ObjectKey; readonly sizeBytes?: number }>
  /** Its size if it may go now; `young` where it came too late, `gone` where somebody else has deleted it. */
  weigh(object: { readonly key: ObjectKey; readonly sizeBytes?: number }): Promise<number | 'young' | 'gone'>
  remove(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void>
  /** The list of a folder's files; undefined where there is none, or a damaged one. */
  readList(hash: DirHash, signal: AbortSignal): Promise<Buffer | undefined>
}

/** @param before what came into the cache later may not go. Milliseconds since 1970-01-01 UTC */
export function openCacheGarbage(repository: Pick<DataRepository, 'cacheFolder'>, before: number): GarbagePlace {
  const { cacheFolder } = repository
  const weigh: GarbagePlace['weigh'] = async ({ key }) => {
    const found = await findCachedObject(cacheFolder, key)
    if (found === undefined) return 'gone'
    return found.changedAt < before ? found.sizeBytes : 'young'
  }
  return {
    weigh,
    async *list(work) {
      for await (const key of listCachedKeys(cacheFolder, work)) yield { key }
    },
    async remove(keys) {
      for (const key of keys) {
        // Another process may have found it there, and used it, since it was weighed first.
        if (typeof (await weigh({ key })) === 'number') await removeCachedObject(cacheFolder, key)
      }
    },
    readList: (hash) => findDirBytes(repository, hash),
  }
}

export function openRemoteGarbage(remote: DataRemote, repository: Pick<DataRepository, 'cacheFolder'>): GarbagePlace {
  return {
    weigh: async ({ sizeBytes = 0 }) => sizeBytes,
    async *list({ signal }) {
      for (const prefix of ['files/md5/', 'runwright/manifest/']) yield* remote.list(prefix, signal)
    },
    remove: (keys, signal) => remote.remove(keys, signal),
    async readList(hash, signal) {
      return (await findDirBytes(repository, hash)) ?? (await fetchList(remote, hash, signal))
    },
  }
}

async function fetchList(remote: DataRemote, hash: DirHash, signal: AbortSignal): Promise<Buffer | undefined> {
  const key = dataKey(hash)
  if (!(await remote.find([key], signal)).has(key)) return undefined
  const bytes = await buffer(await remote.read(key, 0, signal))
  return isNamed(bytes, hash) ? bytes : undefined
}
