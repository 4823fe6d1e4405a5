import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import type { DirEntry } from '../dir-object.ts'
import { type DirHash, isDirHash, type Sha256 } from '../hash.ts'
import { entryOrder, type ManifestEntry } from '../manifest.ts'
import { dataKey, manifestKey } from '../object-key.ts'
import type { PointerOut } from '../pointer.ts'
import { compareCodePoints } from '../relative-path.ts'
import { readDirObject, readManifest } from './list-reader.ts'

/** What a version of a folder has at a path. */
export type VersionEntry = VersionFile | VersionLink | { readonly kind: 'folder'; readonly path: string }

export interface VersionFile {
  readonly kind: 'file'
  readonly path: string
  readonly md5: string
  /** Undefined where no manifest tells. */
  readonly sha256: Sha256 | undefined
  readonly isExecutable: boolean | undefined
}

export interface VersionLink {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
  /** Of the file that it leads to; undefined for a link to a folder. */
  readonly md5: string | undefined
}

export interface FolderContents {
  /** In the order of their paths, a folder's with a slash at its end. To be gone through once. */
  readonly entries: Iterable<VersionEntry>
  /** Whether they tell of empty folders, links and files that may be executed. */
  readonly hasManifest: boolean
}

/** DVC's list of a folder; undefined when it is not in the cache. As it is gone through, it throws as `readDirObject`. */
export function openFolderList(cache: DataCache, hash: DirHash, path: string): Iterable<DirEntry> | undefined {
  const key = dataKey(hash)
  return cache.has(key) ? readDirObject(cache.path(key), hash.slice(0, 32), `The list of ${path}`) : undefined
}

/**
 * All that a version of a folder holds, by DVC's list and, where there is one, the manifest.
 *
 * @returns undefined when the list is not in the cache. As the entries are gone through they throw STORAGE_DAMAGED when
 *   the list or the manifest is not what its name says, INVALID_PARAMETER_VALUE when one leads out of the folder or they
 *   tell of different files
 */
export function openFolderContents(
  cache: DataCache,
  { path, hash, sha256 }: Pick<PointerOut, 'path' | 'hash' | 'sha256'>,
): FolderContents | undefined {
  const list = hash !== undefined && isDirHash(hash) ? openFolderList(cache, hash, path) : undefined
  if (list === undefined) return undefined
  const key = sha256 === undefined ? undefined : manifestKey(sha256)
  if (sha256 === undefined || key === undefined || !cache.has(key)) return { entries: plain(list), hasManifest: false }
  const where = `The manifest of ${path}`
  return { entries: join(list, readManifest(cache.path(key), sha256, where), where), hasManifest: true }
}

/** As `openFolderContents`, all at once: for what has to look at the entries in another order. */
export function loadFolderContents(
  cache: DataCache,
  out: Pick<PointerOut, 'path' | 'hash' | 'sha256'>,
): (FolderContents & { readonly entries: readonly VersionEntry[] }) | undefined {
  const contents = openFolderContents(cache, out)
  return contents && { entries: [...contents.entries], hasManifest: contents.hasManifest }
}

function* plain(list: Iterable<DirEntry>): Generator<VersionEntry> {
  for (const { relpath, md5 } of list) {
    yield { kind: 'file', path: relpath, md5, sha256: undefined, isExecutable: undefined }
  }
}

/** Both are in order, so that a file of the one that the other lacks shows at once. */
function* join(list: Iterable<DirEntry>, manifest: Iterable<ManifestEntry>, where: string): Generator<VersionEntry> {
  const files = list[Symbol.iterator]()
  let file = files.next()
  let before = ''
  for (const entry of manifest) {
    const order = entryOrder(entry)
    if (before !== '' && compareCodePoints(before, order) >= 0) throw refuse(where)
    before = order
    const listed = file.done !== true && file.value.relpath === entry.path ? file.value : undefined
    if (listed !== undefined) file = files.next()
    yield toVersionEntry(entry, listed, where)
  }
  if (file.done !== true) throw refuse(where)
}

function toVersionEntry(entry: ManifestEntry, listed: DirEntry | undefined, where: string): VersionEntry {
  if (entry.kind === 'link') return { ...entry, md5: listed?.md5 }
  if (entry.kind === 'folder') {
    if (listed !== undefined) throw refuse(where)
    return entry
  }
  if (listed?.md5 !== entry.md5) throw refuse(where)
  const { path, md5, sha256, isExecutable } = entry
  return { kind: 'file', path, md5, sha256, isExecutable }
}

function refuse(where: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${where} tells of other files than DVC’s list.`, {
    hint: 'Nothing was changed. Take "meta" out of the .dvc file to go by DVC’s list alone, and ask who wrote it.',
  })
}
