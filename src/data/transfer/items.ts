import type { DataCache } from '../cache.ts'
import { chooseOuts } from '../choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from '../find-pointers.ts'
import { type DataHash, isDirHash, parseDataHash, type Sha256 } from '../hash.ts'
import { dataKey, manifestKey, type ObjectKey } from '../object-key.ts'
import { findRemoteName } from '../open-remote.ts'
import type { PointerOut } from '../pointer.ts'
import type { DataRepository } from '../repository.ts'
import { loadFolderContents } from '../restoring/version-entries.ts'
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
    share.items.push(...others.data.map((hash) => ({ ...plain, path: hash, hash })))
    share.manifests.push(...others.manifests)
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
}

/** The lists of folders and their manifests, each once. */
export function listFolderObjects({ items, manifests }: RemoteShare): {
  readonly lists: readonly TransferObject[]
  readonly manifests: readonly TransferObject[]
} {
  const folders = items.filter(({ hash }) => isDirHash(hash))
  const named = folders.flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [{ path, sha256 }]))
  const all = [...named, ...manifests.map((sha256) => ({ path: sha256, sha256 }))]
  return {
    // The SHA-256 of a folder is that of its manifest.
    lists: unique(folders.map(({ path, hash }) => ({ key: dataKey(hash), path, sha256: undefined }))),
    manifests: unique(all.map(({ path, sha256 }) => ({ key: manifestKey(sha256), path, sha256 }))),
  }
}

/**
 * The objects of an item's files.
 *
 * @returns undefined for a folder whose list is not in the cache
 * @throws STORAGE_DAMAGED for a list that is damaged, INVALID_PARAMETER_VALUE for a hostile one
 */
export function listFileObjects(cache: DataCache, item: TransferItem): readonly TransferObject[] | undefined {
  const { path, hash, sha256 } = item
  if (!isDirHash(hash)) return [{ key: dataKey(hash), path, sha256 }]
  const out = { ...item, isCached: true, remote: undefined }
  return loadFolderContents(cache, out)?.entries.flatMap((entry): TransferObject[] => {
    const md5 = entry.kind === 'folder' ? undefined : parseDataHash(entry.md5 ?? '')
    if (md5 === undefined) return []
    return [
      {
        key: dataKey(md5),
        path: `${path}/${entry.path}`,
        sha256: entry.kind === 'file' ? entry.sha256 : undefined,
      },
    ]
  })
}

/** Of objects with one key the first, with what any of them knows. */
export function unique(objects: readonly TransferObject[]): readonly TransferObject[] {
  const known = new Map<ObjectKey, TransferObject>()
  for (const object of objects) {
    const before = known.get(object.key)
    if (before === undefined || (before.sha256 === undefined && object.sha256 !== undefined)) {
      known.set(object.key, object)
    }
  }
  return [...known.values()]
}
