import { isAbsolute, relative } from 'node:path'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { openDataCache } from './cache.ts'
import type { DirHash } from './hash.ts'
import { manifestHash } from './history/cached-lists.ts'
import { type GarbagePlace, openCacheGarbage, type StoredObject } from './history/garbage-place.ts'
import { lockAll } from './history/lock-all.ts'
import { openRemoteGarbage } from './history/remote-garbage.ts'
import { sortGarbage } from './history/sort-garbage.ts'
import { findNeeded, type Needed, type OtherNeeds } from './needed.ts'
import { findDataHash, type ObjectKey, parseChunkKey } from './object-key.ts'
import type { DataRemote } from './remote.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'

export interface GcOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Deletes nothing, and tells what it would. */
  readonly isDryRun: boolean
  /**
   * What came to the cache or the remote later is kept: somebody may be about to commit what names it. Not after now.
   * Milliseconds since 1970-01-01 UTC.
   */
  readonly before: number
  /** Deletes also what a remote has without telling when it came. */
  readonly isWithUnknownAge: boolean
  readonly others: OtherNeeds
  /** Other repositories that keep their data in the same place: what they need stays. */
  readonly repositories: readonly DataRepository[]
  /** Goes on where the list of a needed folder cannot be read, and so may delete files that are in that folder alone. */
  readonly isWithoutUnreadLists: boolean
  /** May have lists of folders that the cache lacks. */
  readonly lists: DataRemote | undefined
  /** Cleans this instead of the cache. One of chunks is opened `withoutChunks`, to see its packs. */
  readonly remote: DataRemote | undefined
}

/** What is deleted, or would be. */
export interface GcResult {
  readonly removedCount: number
  readonly removedBytes: number
  /** The first of them, lists of folders before files. */
  readonly removed: readonly StoredObject[]
  readonly keptCount: number
  /** Not needed, and too new to be deleted. */
  readonly youngCount: number
  /** Not needed, and kept because the remote does not tell when it came. */
  readonly unknownAgeCount: number
  /** Packs of a remote of chunks that stay for what they have, though not all of it is needed. */
  readonly heldBackCount: number
  /** What nothing needs in those packs. */
  readonly heldBackBytes: number
  /** `.dvc` files, in all their versions, that were read to know what is needed. */
  readonly pointerCount: number
}

/** Of what is deleted at most so many are listed. */
export const maxListedGarbage = 1000

/** Objects that are deleted between two looks at the signal. */
const batchSize = 500

/**
 * Deletes what nothing needs. All that is needed is known before anything is deleted; lists of folders go before their
 * files, so that one that is killed leaves no list without its files.
 *
 * @throws INVALID_STATE when it cannot be known what is needed; nothing was deleted then. CANCELLED, and what was deleted
 *   until then was not needed
 */
export async function collectGarbage(repository: DataRepository, options: GcOptions, work: Work): Promise<GcResult> {
  const { remote, before, isDryRun, lists } = options
  using cache = openDataCache(repository, { isForReading: isDryRun })
  const place = remote === undefined ? openCacheGarbage(cache, before, lists) : openRemoteGarbage(remote, cache)
  // Nobody may come to need, between now and then, what is there already.
  using _locks = isDryRun ? undefined : await lockAll([repository, ...options.repositories], options.env, work)
  const needed = await findAllNeeded(repository, options, place, work)
  const { groups, ...counts } = await sortGarbage(
    place,
    (key) => needed.some((each) => isNeeded(each, key)),
    options,
    work,
  )
  if (!isDryRun) await removeAll(place, groups, work)
  const garbage = groups.flat()
  return {
    ...counts,
    removedCount: garbage.length,
    removedBytes: sumBytes(garbage),
    removed: garbage.slice(0, maxListedGarbage),
    pointerCount: needed.reduce((sum, { pointerCount }) => sum + pointerCount, 0),
  }
}

function sumBytes(garbage: readonly StoredObject[]): number {
  return garbage.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** Whether the cache may hold data of other repositories: it lies outside of this one. */
export function isSharedCache({ root, cacheFolder }: Pick<DataRepository, 'root' | 'cacheFolder'>): boolean {
  const inside = relative(root, cacheFolder)
  return isAbsolute(inside) || inside.split(/[/\\]/)[0] === '..'
}

async function findAllNeeded(
  repository: DataRepository,
  { env, others, repositories, isWithoutUnreadLists }: GcOptions,
  place: GarbagePlace,
  work: Work,
): Promise<readonly Needed[]> {
  const readList = (hash: DirHash) => place.readList(hash, work.signal)
  const needed: Needed[] = []
  for (const each of [repository, ...repositories]) needed.push(await findNeeded(each, env, others, readList, work))
  const unread = needed.flatMap(({ unreadLists }) => unreadLists)
  if (unread.length > 0 && !isWithoutUnreadLists) throw createUnread(unread)
  return needed
}

function createUnread([first = '', ...more]: readonly string[]): RunwrightError {
  const rest = more.length === 0 ? '' : ` and ${more.length} more`
  return new RunwrightError(
    'INVALID_STATE',
    `What files the folder ${first}${rest} needs is not known: its list is not here, or is damaged. Nothing was deleted.`,
    {
      hint: 'The default remote does not have it either, or cannot be asked. --forget-unlisted takes the risk of deleting files that are in such a folder alone.',
    },
  )
}

function isNeeded({ data, manifests }: Needed, key: ObjectKey): boolean {
  const [recipe, manifest] = [parseChunkKey(key), manifestHash(key)]
  const hash = recipe?.kind === 'recipe' ? recipe.name : findDataHash(key)
  // What has another name is nothing that is known here, and stays.
  if (hash === undefined && manifest === undefined) return true
  return (hash !== undefined && data.has(hash)) || (manifest !== undefined && manifests.has(manifest))
}

async function removeAll(place: GarbagePlace, groups: readonly (readonly StoredObject[])[], work: Work): Promise<void> {
  const all = groups.flat()
  const [totalFiles, totalBytes] = [all.length, sumBytes(all)]
  let [doneFiles, doneBytes] = [0, 0]
  for (const batch of groups.flatMap(cutIntoBatches)) {
    throwIfCancelled(work)
    await place.remove(
      batch.map(({ key }) => key),
      work.signal,
    )
    doneFiles += batch.length
    doneBytes += sumBytes(batch)
    work.progress({ phase: 'remove', doneFiles, totalFiles, doneBytes, totalBytes })
  }
}

function cutIntoBatches(group: readonly StoredObject[]): readonly (readonly StoredObject[])[] {
  const count = Math.ceil(group.length / batchSize)
  return Array.from({ length: count }, (_, index) => group.slice(index * batchSize, (index + 1) * batchSize))
}
