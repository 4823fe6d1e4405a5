import { openDataCache } from './cache.ts'
import { dataKey, manifestKey, type ObjectKey } from './object-key.ts'
import { openRemote, readRemoteOptions } from './open-remote.ts'
import type { DataRepository } from './repository.ts'
import { collectShares, listFileObjects, type TransferItem } from './transfer/items.ts'
import type { TransferChoice } from './transfer-choice.ts'
import type { Work } from './work.ts'

/**
 * How many objects of each tracked file and folder its remote lacks, by its path from the root. Of a folder whose list is
 * not in the cache only the list is asked for.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a path or remote that is none; what concerns a remote as a whole, as `pushData`
 */
export async function readRemoteStatus(
  repository: DataRepository,
  choice: TransferChoice,
  work: Work,
): Promise<ReadonlyMap<string, number>> {
  using cache = openDataCache(repository)
  const lacking = new Map<string, number>()
  for (const share of await collectShares(repository, choice)) {
    const keysOf = new Map(share.items.map((item) => [item.path, listKeys(item)]))
    const wanted = [...new Set([...keysOf.values()].flat())]
    work.progress({ phase: 'query', doneFiles: 0, totalFiles: wanted.length, doneBytes: 0, totalBytes: undefined })
    await using remote = await openRemote(readRemoteOptions(repository, share.remote, choice.env))
    const there = await remote.find(wanted, work.signal)
    for (const [path, keys] of keysOf) lacking.set(path, keys.filter((key) => !there.has(key)).length)
  }
  return lacking

  function listKeys(item: TransferItem): readonly ObjectKey[] {
    const files = listFileObjects(cache, item)?.map(({ key }) => key) ?? []
    const manifest = item.sha256 !== undefined && item.hash.endsWith('.dir') ? [manifestKey(item.sha256)] : []
    // A manifest that the cache lacks is not sent either.
    return [...new Set([dataKey(item.hash), ...files, ...manifest.filter((key) => cache.has(key))])]
  }
}
