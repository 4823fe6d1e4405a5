import { openDataCache } from './cache.ts'
import { openRemote, readRemoteOptions } from './open-remote.ts'
import type { DataRepository } from './repository.ts'
import { collectShares, listFolderObjects, readFileObjects, type TransferObject } from './transfer/items.ts'
import { createObjectList } from './transfer/object-list.ts'
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
    using wanted = createObjectList(cache.temporaryPath())
    for (const [index, item] of share.items.entries()) {
      for (const object of readFileObjects(cache, item, index) ?? []) wanted.add(object)
      lacking.set(item.path, 0)
    }
    const { lists, manifests } = listFolderObjects(share)
    work.progress({ phase: 'query', doneFiles: 0, totalFiles: wanted.count, doneBytes: 0, totalBytes: undefined })
    await using remote = await openRemote(readRemoteOptions(repository, share.remote, choice.env))
    const count = async (objects: readonly TransferObject[]) => {
      const keys = objects.map(({ key }) => key)
      const there = await remote.find(keys, work.signal)
      for (const { key, items = [] } of objects) {
        if (there.has(key)) continue
        for (const path of new Set(items.map((item) => share.items[item]?.path ?? ''))) {
          lacking.set(path, (lacking.get(path) ?? 0) + 1)
        }
      }
    }
    // A manifest that the cache lacks is not sent either.
    await count([...lists, ...manifests.filter(({ key }) => cache.has(key))])
    for (const batch of wanted.batches()) await count(batch)
  }
  return lacking
}
