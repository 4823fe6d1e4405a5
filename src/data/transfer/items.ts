import type { DataCache } from '../cache.ts'
import { chooseOuts } from '../choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from '../find-pointers.ts'
import { type DataHash, isDirHash, parseDataHash, type Sha256 } from '../hash.ts'
import { dataKey, manifestKey, type ObjectKey } from '../object-key.ts'
import { findRemoteName } from '../open-remote.ts'
import type { PointerOut } from '../pointer.ts'
import type { DataRepository } from '../repository.ts'
import { maxFolderBytes } from '../restoring/list-reader.ts'
import { openFolderContents, type VersionEntry } from '../restoring/version-entries.ts'
import type { TransferChoice } from '../transfer-choice.ts'

/** A version of a file or folder; its path is for people. */
export type TransferItem = Pick<PointerOut, 'path' | 'hash' | 'sha256' | 'sizeBytes' | 'fileCount'> & {
  readonly hash: DataHash
}

/** What goes to, or comes from, one remote. */
export interface RemoteShare {
  readonly remote: string
  readonly items: readonly TransferItem[]
  readonly manifests: readonly Sha256[]
}

/**
 * What is chosen, by the remote that has it or is to have it.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a path or a remote that is none
 */
export async function collectShares(
  repository: DataRepository,
  { paths, remote, others, env }: TransferChoice,
): Promise<readonly RemoteShare[]> {
  const shares = new Map<string, { items: TransferItem[]; manifests: Sha256[] }>()
  const shareOf = (name: string | undefined) => {
    const known = findRemoteName(repository.config, name ?? remote)
    const share = shares.get(known) ?? { items: [], manifests: [] }
    shares.set(known, share)
    return share
  }
  const outs = chooseOuts(listOuts(await findPointers(repository, env)), paths)
  for (const tracked of outs) {
    const { out, path } = tracked
    // What was imported from another repository is fetched from there.
    if (out.hash === undefined || !out.isCached || isFromRepository(tracked)) continue
    shareOf(out.remote).items.push({ ...out, path, hash: out.hash })
  }
  const plain = { sha256: undefined, sizeBytes: undefined, fileCount: undefined }
  if (others !== undefined && others.data.length + others.manifests.length > 0) {
    const share = shareOf(undefined)
    // One by one: of many runs there may be more than a call takes arguments.
    for (const hash of others.data) share.items.push({ ...plain, path: hash, hash })
    for (const manifest of others.manifests) share.manifests.push(manifest)
  }
  return [...shares].map(([name, share]) => ({ remote: name, ...share }))
}

export function isFromRepository({ found }: TrackedOut): boolean {
  return found.pointer.dependencies.some((dependency) => dependency.repository !== undefined)
}

/** An object and what it is for. */
export interface TransferObject {
  readonly key: ObjectKey
  /** Of the first file or folder that needs it. */
  readonly path: string
  readonly sha256: Sha256 | undefined
  /** More bytes than it may have, however wrong the size in a `.dvc` file is. Undefined where none is known. */
  readonly maxBytes?: number | undefined
  /** Undefined until it was looked at. */
  readonly sizeBytes?: number | undefined
  /** Places of those that need it among the items of the share; undefined where nobody asks. */
  readonly items?: readonly number[]
}

/** A remote may send bytes without an end, and a size may have been written by hand. */
function boundOf(sizeBytes: number | undefined): number | undefined {
  return sizeBytes === undefined ? undefined : 2 * sizeBytes + (64 << 20)
}

/** The lists of folders and their manifests, each once. */
export function listFolderObjects({ items, manifests }: RemoteShare): {
  readonly lists: readonly TransferObject[]
  readonly manifests: readonly TransferObject[]
} {
  const maxBytes = maxFolderBytes
  const folders = [...items.entries()].filter(([, { hash }]) => isDirHash(hash))
  const named = folders.flatMap(([index, { path, sha256 }]) =>
    sha256 === undefined ? [] : [{ path, sha256, items: [index] }],
  )
  const all = [...named, ...manifests.map((sha256) => ({ path: sha256, sha256, items: [] }))]
  const lists = folders.map(([index, { path, hash }]) => ({
    key: dataKey(hash),
    path,
    sha256: undefined,
    maxBytes,
    items: [index],
  }))
  return {
    // The SHA-256 of a folder is that of its manifest.
    lists: [...mergeObjects(lists)],
    manifests: [...mergeObjects(all.map((each) => ({ ...each, key: manifestKey(each.sha256), maxBytes })))],
  }
}

/**
 * The objects of an item's files, in the order of their paths; one that has several names comes as often.
 *
 * @param index of the item
 * @returns undefined for a folder whose list is not in the cache. As they are gone through, they throw STORAGE_DAMAGED for
 *   a list that is damaged, INVALID_PARAMETER_VALUE for a hostile one
 */
export function readFileObjects(
  cache: DataCache,
  item: TransferItem,
  index: number,
): Iterable<TransferObject> | undefined {
  const { path, hash, sha256 } = item
  const maxBytes = boundOf(item.sizeBytes)
  const items = [index]
  if (!isDirHash(hash)) return [{ key: dataKey(hash), path, sha256, maxBytes, items }]
  const contents = openFolderContents(cache, item)
  // No file of a folder is larger than all of it.
  return contents && toObjects(contents.entries, path, { maxBytes, items })
}

function* toObjects(
  entries: Iterable<VersionEntry>,
  folder: string,
  more: Pick<TransferObject, 'maxBytes' | 'items'>,
): Generator<TransferObject> {
  for (const entry of entries) {
    const md5 = entry.kind === 'folder' ? undefined : parseDataHash(entry.md5 ?? '')
    if (md5 === undefined) continue
    const sha256 = entry.kind === 'file' ? entry.sha256 : undefined
    yield { key: dataKey(md5), path: `${folder}/${entry.path}`, sha256, ...more }
  }
}

/** Of objects with one key the first, with what any of them knows. */
export function mergeObjects(
  objects: Iterable<TransferObject>,
  isWanted: (object: TransferObject) => boolean = () => true,
): Iterable<TransferObject> {
  const known = new Map<ObjectKey, TransferObject>()
  for (const object of objects) {
    if (!isWanted(object)) continue
    const before = known.get(object.key)
    known.set(object.key, before === undefined ? object : mergeTwo(before, object))
  }
  return known.values()
}

function mergeTwo(before: TransferObject, object: TransferObject): TransferObject {
  const { path, sha256 } = before.sha256 === undefined && object.sha256 !== undefined ? object : before
  const isBound = before.maxBytes !== undefined && object.maxBytes !== undefined
  const maxBytes = isBound ? Math.max(before.maxBytes, object.maxBytes) : undefined
  // Of a folder with many equal files the same item comes again and again.
  const [own = [], others = []] = [before.items, object.items]
  const items = others.every((item) => own.includes(item)) ? own : [...new Set([...own, ...others])]
  return { ...before, path, sha256, maxBytes, items }
}
