import { join } from 'node:path'
import { type DataCache, openDataCache } from '../cache.ts'
import { dataKey, findDataHash } from '../object-key.ts'
import { openRemote, readRemoteOptions } from '../open-remote.ts'
import type { DataRemote } from '../remote.ts'
import type { DataRepository } from '../repository.ts'
import { bringLocal } from './bring-local.ts'
import { fetchObject } from './fetch-object.ts'
import {
  collectShares,
  listFolderObjects,
  readFileObjects,
  type RemoteShare,
  type TransferItem,
  type TransferObject,
} from './items.ts'
import { createObjectList } from './object-list.ts'
import type { Tally } from './tally.ts'
import type { TransferChoice } from '../transfer-choice.ts'
import { openPartFolder, type PartFolder } from './part-folder.ts'
import type { Work } from '../work.ts'

/** Brings into the cache what it lacks of the chosen versions from the remotes that have them. */
export async function fetchShares(
  repository: DataRepository,
  choice: TransferChoice,
  tally: Tally,
  work: Work,
): Promise<void> {
  using cache = openDataCache(repository)
  const parts = await openPartFolder(join(repository.cacheFolder, 'runwright', 'parts'))
  for (const share of await collectShares(repository, choice)) {
    await using remote = await openRemote(readRemoteOptions(repository, share.remote, choice.env))
    await fetchShare({ remote, cache, parts, tally, work }, share)
  }
}

interface Fetching {
  readonly remote: DataRemote
  readonly cache: DataCache
  readonly parts: PartFolder
  readonly tally: Tally
  readonly work: Work
}

async function fetchShare(fetching: Fetching, share: RemoteShare): Promise<void> {
  const { remote, work } = fetching
  const { lists, manifests } = listFolderObjects(share)
  const lackingLists = findLacking(fetching, lists)
  await bringLacking(fetching, lackingLists, lackingLists.length, undefined)
  // DVC alone pushes none.
  const lacking = findLacking(fetching, manifests)
  const keys = lacking.map(({ key }) => key)
  const there = await remote.find(keys, work.signal)
  const found = lacking.filter(({ key }) => there.has(key))
  await bringLacking(fetching, found, found.length, undefined)
  await fetchFiles(fetching, share)
}

async function fetchFiles(fetching: Fetching, { items }: RemoteShare): Promise<void> {
  const { cache, tally } = fetching
  using named = createObjectList(cache.temporaryPath())
  for (const [index, item] of items.entries()) {
    try {
      // A folder whose list did not come is told of already.
      for (const object of readFileObjects(cache, item, index) ?? []) named.add(object)
    } catch (error) {
      named.drop(index)
      tally.fail({ key: dataKey(item.hash), path: item.path, sha256: undefined }, error)
    }
  }
  using lacking = createObjectList(cache.temporaryPath())
  let count = 0
  for (const batch of named.batches()) {
    count += batch.length
    for (const object of findLacking(fetching, batch)) lacking.add(object)
  }
  await bringLacking(fetching, lacking, lacking.count, lacking.count === count ? sumSizes(items) : undefined)
}

function sumSizes(items: readonly TransferItem[]): number | undefined {
  return items.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  )
}

/** The cache is asked once for each, and those that it has are counted. */
function findLacking({ cache, tally }: Fetching, objects: readonly TransferObject[]): readonly TransferObject[] {
  const lacking = objects.filter(({ key }) => !cache.has(key))
  tally.addPresent(objects.length - lacking.length)
  return lacking
}

/** @param sizeBytes of all together, where it is known */
async function bringLacking(
  fetching: Fetching,
  lacking: Iterable<TransferObject>,
  count: number,
  sizeBytes: number | undefined,
): Promise<void> {
  const { cache, tally, remote, work } = fetching
  tally.expect(count, count === 0 ? 0 : sizeBytes)
  const one = (object: TransferObject, onBytes: (count: number) => void) => bringOne(fetching, object, onBytes)
  const folder = remote.local?.folder
  if (folder === undefined) return tally.move(lacking, remote.concurrency, one)
  using left = createObjectList(cache.temporaryPath())
  const objects = () => Iterator.from(lacking)
  await bringLocal({ folder, cache, tally, work }, objects().filter(isPlain), left.add)
  await tally.move(
    objects().filter((object) => !isPlain(object)),
    remote.concurrency,
    one,
  )
  await tally.move(left, remote.concurrency, one)
}

/** Neither the list of a folder nor a manifest. */
function isPlain({ key }: TransferObject): boolean {
  return /^files\/md5\/..\/.{30}$/.test(key)
}

async function bringOne(
  { remote, cache, parts, work }: Fetching,
  { key, sha256, maxBytes }: TransferObject,
  onBytes: (count: number) => void,
): Promise<void> {
  const stat = await fetchObject(remote, { key, sha256, maxBytes, place: cache.path(key) }, parts, {
    signal: work.signal,
    onBytes,
  })
  const hash = findDataHash(key)
  // Whoever checks it out need not hash it once more.
  if (hash !== undefined && stat !== undefined) cache.states.record(hash.slice(0, 32), stat)
}
