import { lstatSync } from 'node:fs'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataCache, openDataCache } from './cache.ts'
import { dataKey, type ObjectKey } from './object-key.ts'
import { openRemote, readRemoteOptions } from './open-remote.ts'
import type { DataRemote } from './remote.ts'
import type { DataRepository } from './repository.ts'
import {
  collectShares,
  listFileObjects,
  listFolderObjects,
  type RemoteShare,
  type TransferObject,
  unique,
} from './transfer/items.ts'
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
 * @returns what was sent, with what could not be: objects that are neither in the cache nor in the remote
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
    await pushShare(remote, cache, share, tally, work)
  }
  return tally.result()
}

async function pushShare(
  remote: DataRemote,
  cache: DataCache,
  share: RemoteShare,
  tally: Tally,
  work: Work,
): Promise<void> {
  const folders = listFolderObjects(share)
  const filesOf = new Map<ObjectKey, readonly TransferObject[]>()
  const unknown: TransferObject[] = []
  for (const item of share.items) {
    const whole = { key: dataKey(item.hash), path: item.path, sha256: undefined }
    try {
      const files = listFileObjects(cache, item)
      if (files === undefined) unknown.push(whole)
      else filesOf.set(whole.key, files)
    } catch (error) {
      tally.fail(whole, error)
    }
  }
  const files = unique([...filesOf.values()].flat())
  const known = folders.lists.filter(({ key }) => filesOf.has(key))
  const manifests = folders.manifests.filter(({ key }) => cache.has(key))
  work.progress({ phase: 'query', doneFiles: 0, totalFiles: undefined, doneBytes: 0, totalBytes: undefined })
  const all = [...files, ...manifests, ...known, ...unknown].map(({ key }) => key)
  const there = await remote.find(all, work.signal)
  for (const object of unknown) if (!there.has(object.key)) tally.fail(object, missing(object))

  const sizes = new Map<ObjectKey, number>()
  const confirmed = new Set<ObjectKey>()
  const lacking: TransferObject[] = []
  let bytes = 0
  for (const object of [...files, ...manifests, ...known]) {
    const { key } = object
    const sizeBytes = lstatSync(cache.path(key), { throwIfNoEntry: false })?.size
    // One that is shorter than it should be was broken off by a program that cannot rename.
    if (there.has(key) && (sizeBytes === undefined || there.get(key) === sizeBytes)) confirmed.add(key)
    else if (sizeBytes === undefined) tally.fail(object, missing(object))
    else {
      sizes.set(key, sizeBytes)
      lacking.push(object)
      bytes += sizeBytes
    }
  }
  tally.addPresent(confirmed.size)
  tally.expect(lacking.length, bytes)
  const send = (objects: readonly TransferObject[]) =>
    sendObjects({ remote, cache, sizes, confirmed, tally, work }, objects)
  await send(files)
  await send(manifests)
  await send(known.filter(({ key }) => filesOf.get(key)?.every((file) => confirmed.has(file.key)) === true))
}

interface Sending {
  readonly remote: DataRemote
  readonly cache: DataCache
  /** In bytes, of what the remote lacks. */
  readonly sizes: ReadonlyMap<ObjectKey, number>
  /** Is added to: what the remote has. */
  readonly confirmed: Set<ObjectKey>
  readonly tally: Tally
  readonly work: Work
}

/** What is larger tells how far it is, and can be cancelled meanwhile. */
const quickBytes = 1 << 20

async function sendObjects(sending: Sending, objects: readonly TransferObject[]): Promise<void> {
  const { remote, cache, sizes, confirmed, tally, work } = sending
  const { local } = remote
  const sizeOf = ({ key }: TransferObject) => sizes.get(key) ?? 0
  const wanted = objects.filter(({ key }) => sizes.has(key))
  const isQuick = (object: TransferObject) => local !== undefined && sizeOf(object) <= quickBytes
  const quick = wanted.filter(isQuick)
  const left =
    local !== undefined && quick.length > 0
      ? await sendLocal({ local, cache, tally, work }, quick, sizes, (key) => confirmed.add(key))
      : []
  const slow = [...wanted.filter((object) => !isQuick(object)), ...left]
  const sent = await tally.move(slow, remote.concurrency, (object, onBytes) => {
    const source = { path: cache.path(object.key), sizeBytes: sizeOf(object), onBytes }
    return sendObject(remote, object.key, source, work.signal)
  })
  for (const key of sent) confirmed.add(key)
}

function missing({ key, path }: TransferObject): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is neither in the cache nor in the remote (${key}).`, {
    hint: '"runwright data add" puts it into the cache, if the workspace still has it.',
  })
}
