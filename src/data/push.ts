import { lstatSync } from 'node:fs'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataCache, openDataCache } from './cache.ts'
import { type HashPool, openHashPool } from './hashing/hash-pool.ts'
import { manifestHash } from './history/cached-lists.ts'
import { dataKey, findDataHash, type ObjectKey } from './object-key.ts'
import { openRemote, readRemoteOptions } from './open-remote.ts'
import type { DataRemote } from './remote.ts'
import type { DataRepository } from './repository.ts'
import { findDamaged } from './transfer/find-damaged.ts'
import {
  collectShares,
  listFolderObjects,
  readFileObjects,
  type RemoteShare,
  type TransferObject,
} from './transfer/items.ts'
import { createObjectList, type ObjectList } from './transfer/object-list.ts'
import { createTally, type Tally } from './transfer/tally.ts'
import type { TransferChoice } from './transfer-choice.ts'
import type { TransferResult } from './transfer-result.ts'
import { sendLocal } from './transfer/send-local.ts'
import { sendObject } from './transfer/send-object.ts'
import type { Work } from './work.ts'

/**
 * Sends to the remotes what they lack of the chosen versions: files, then manifests, and the list of a folder once all of
 * its files are seen to be there, so that whoever finds a list finds its files.
 *
 * @returns what was sent, with what could not be: objects that are neither in the cache nor in the remote, and those that
 *   are damaged in the cache
 * @throws RESOURCE_DOES_NOT_EXIST for a path or remote that is none; what concerns a remote as a whole:
 *   PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, STORAGE_FULL; CANCELLED, and what was sent until then stays
 */
export async function pushData(
  repository: DataRepository,
  choice: TransferChoice,
  work: Work,
): Promise<TransferResult> {
  using cache = openDataCache(repository)
  const tally = createTally('upload', work)
  for (const share of await collectShares(repository, choice)) {
    await using remote = await openRemote(readRemoteOptions(repository, share.remote, choice.env))
    await pushShare({ remote, cache, tally, work }, share)
  }
  return tally.result()
}

interface Pushing {
  readonly remote: DataRemote
  readonly cache: DataCache
  readonly pool: HashPool
  readonly tally: Tally
  readonly work: Work
  /** Places of the items of which not all files are seen to be in the remote. */
  readonly incomplete: Set<number>
}

async function pushShare(
  opened: Pick<Pushing, 'remote' | 'cache' | 'tally' | 'work'>,
  share: RemoteShare,
): Promise<void> {
  const { cache, tally, work } = opened
  await using pool = openHashPool(work.signal)
  const pushing = { ...opened, pool, incomplete: new Set<number>() }
  using named = createObjectList(cache.temporaryPath())
  using files = createObjectList(cache.temporaryPath())
  const { lists, manifests, unlisted } = listShare(pushing, share, named)
  work.progress({ phase: 'query', doneFiles: 0, totalFiles: undefined, doneBytes: 0, totalBytes: undefined })
  let sizeBytes = 0
  for (const batch of named.batches()) {
    for (const object of await findLacking(pushing, batch)) {
      files.add(object)
      sizeBytes += object.sizeBytes
    }
  }
  const others = await findLacking(pushing, [...manifests, ...lists], unlisted)
  tally.expect(files.count + others.length, sizeBytes + others.reduce((sum, each) => sum + each.sizeBytes, 0))
  await sendObjects(pushing, files)
  await sendObjects(
    pushing,
    others.filter(({ key }) => manifestHash(key) !== undefined),
  )
  const isWhole = ({ items = [] }: TransferObject) => items.some((item) => !pushing.incomplete.has(item))
  await sendObjects(
    pushing,
    others.filter((object) => manifestHash(object.key) === undefined && isWhole(object)),
  )
}

interface ShareObjects {
  readonly manifests: readonly TransferObject[]
  readonly lists: readonly TransferObject[]
  /** Folders whose lists are not here. */
  readonly unlisted: readonly TransferObject[]
}

/** @param files is added to: those of each file, and of each folder whose list is here */
function listShare({ cache, tally, incomplete }: Pushing, share: RemoteShare, files: ObjectList): ShareObjects {
  const { lists, manifests } = listFolderObjects(share)
  const unlisted: TransferObject[] = []
  for (const [index, item] of share.items.entries()) {
    const whole = { key: dataKey(item.hash), path: item.path, sha256: undefined }
    try {
      const objects = readFileObjects(cache, item, index)
      if (objects === undefined) {
        unlisted.push(whole)
        incomplete.add(index)
      } else for (const object of objects) files.add(object)
    } catch (error) {
      files.drop(index)
      incomplete.add(index)
      tally.fail(whole, error)
    }
  }
  return {
    manifests: manifests.filter(({ key }) => cache.has(key)),
    lists: lists.filter(({ items = [] }) => items.some((item) => !incomplete.has(item))),
    unlisted,
  }
}

/** What the remote is to get. */
type SizedObject = TransferObject & { readonly sizeBytes: number }

/**
 * What the remote lacks and the cache has.
 *
 * @param absent objects that the cache lacks
 */
async function findLacking(
  { remote, cache, pool, tally, work, incomplete }: Pushing,
  objects: readonly TransferObject[],
  absent: readonly TransferObject[] = [],
): Promise<readonly SizedObject[]> {
  const keys = [...objects, ...absent].map(({ key }) => key)
  const there = keys.length === 0 ? new Map<ObjectKey, number>() : await remote.find(keys, work.signal)
  const fail = (object: TransferObject, error: RunwrightError) => {
    tally.fail(object, error)
    for (const item of object.items ?? []) incomplete.add(item)
  }
  for (const object of absent) if (!there.has(object.key)) fail(object, missing(object))
  const lacking = new Map<ObjectKey, SizedObject>()
  /** What may have changed since it was hashed. */
  const doubtful: SizedObject[] = []
  let presentCount = 0
  for (const object of objects) {
    const { key } = object
    const stat = lstatSync(cache.path(key), { throwIfNoEntry: false })
    // One that is shorter than it should be was broken off by a program that cannot rename.
    if (there.has(key) && (stat === undefined || there.get(key) === stat.size)) presentCount++
    else if (stat === undefined) fail(object, missing(object))
    else {
      const sized = { ...object, sizeBytes: stat.size }
      lacking.set(key, sized)
      const hash = findDataHash(key)
      if (hash === undefined || !cache.states.isKnown(hash.slice(0, 32), stat)) doubtful.push(sized)
    }
  }
  for (const object of await findDamaged(cache, pool, doubtful)) {
    fail(object, notAsNamed(object))
    lacking.delete(object.key)
  }
  tally.addPresent(presentCount)
  return [...lacking.values()]
}

function notAsNamed({ key, path }: TransferObject): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `${path} was not sent: its object in the cache is damaged (${key}).`, {
    hint: '"runwright data commit" keeps what was edited through a link; "runwright data verify" names what else is damaged.',
  })
}

/** What is larger tells how far it is, and can be cancelled meanwhile. */
const quickBytes = 1 << 20

/** @param objects with their sizes; may be gone through more than once */
async function sendObjects(
  { remote, cache, tally, work, incomplete }: Pushing,
  objects: Iterable<TransferObject>,
): Promise<void> {
  const send = (some: Iterable<TransferObject>) =>
    tally.move(
      some,
      remote.concurrency,
      ({ key, sizeBytes = 0 }, onBytes) =>
        sendObject(remote, key, { path: cache.path(key), sizeBytes, onBytes }, work.signal),
      ({ items = [] }) => items.forEach((item) => incomplete.add(item)),
    )
  const { local } = remote
  if (local === undefined) return send(objects)
  const isQuick = ({ sizeBytes = 0 }: TransferObject) => sizeBytes <= quickBytes
  using left = createObjectList(cache.temporaryPath())
  const all = () => Iterator.from(objects)
  if (all().some(isQuick)) await sendLocal({ local, cache, tally, work }, all().filter(isQuick), left.add)
  await send(all().filter((object) => !isQuick(object)))
  await send(left)
}

function missing({ key, path }: TransferObject): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is neither in the cache nor in the remote (${key}).`, {
    hint: '"runwright data add" puts it into the cache, if the workspace still has it.',
  })
}
