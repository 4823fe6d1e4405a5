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
  listFileObjects,
  listFolderObjects,
  type RemoteShare,
  type TransferItem,
  type TransferObject,
  unique,
} from './items.ts'
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
  const { cache, remote, tally, work } = fetching
  const { lists, manifests } = listFolderObjects(share)
  await bring(fetching, lists, undefined)
  // DVC alone pushes none.
  const lacking = manifests.filter(({ key }) => !cache.has(key))
  tally.addPresent(manifests.length - lacking.length)
  const there = await remote.find(
    lacking.map(({ key }) => key),
    work.signal,
  )
  await bring(
    fetching,
    lacking.filter(({ key }) => there.has(key)),
    undefined,
  )
  const files: TransferObject[] = []
  for (const item of share.items) {
    try {
      // A folder whose list did not come is told of already.
      files.push(...(listFileObjects(cache, item) ?? []))
    } catch (error) {
      tally.fail({ key: dataKey(item.hash), path: item.path, sha256: undefined }, error)
    }
  }
  const wanted = unique(files)
  const isNothingHere = wanted.every(({ key }) => !cache.has(key))
  await bring(fetching, wanted, isNothingHere ? sumSizes(share.items) : undefined)
}

function sumSizes(items: readonly TransferItem[]): number | undefined {
  return items.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  )
}

/** @param sizeBytes of those that are missing, where it is known */
async function bring(
  fetching: Fetching,
  objects: readonly TransferObject[],
  sizeBytes: number | undefined,
): Promise<void> {
  const { cache, tally, remote, work } = fetching
  const lacking = objects.filter(({ key }) => !cache.has(key))
  tally.addPresent(objects.length - lacking.length)
  tally.expect(lacking.length, lacking.length === 0 ? 0 : sizeBytes)
  const folder = remote.local?.folder
  const isPlain = ({ key }: TransferObject) => /^files\/md5\/..\/.{30}$/.test(key)
  const local = folder === undefined ? [] : lacking.filter(isPlain)
  const left = folder === undefined ? [] : await bringLocal({ folder, cache, tally, work }, local)
  const single = folder === undefined ? lacking : [...lacking.filter((object) => !isPlain(object)), ...left]
  await tally.move(single, remote.concurrency, (object, onBytes) => bringOne(fetching, object, onBytes))
}

async function bringOne(
  { remote, cache, parts, work }: Fetching,
  { key, sha256 }: TransferObject,
  onBytes: (count: number) => void,
): Promise<void> {
  const stat = await fetchObject(remote, { key, sha256, place: cache.path(key) }, parts, {
    signal: work.signal,
    onBytes,
  })
  const hash = findDataHash(key)
  // Whoever checks it out need not hash it once more.
  if (hash !== undefined && stat !== undefined) cache.states.record(hash.slice(0, 32), stat)
}
