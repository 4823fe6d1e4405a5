import { type DirEntry, parseDirObject } from '../dir-object.ts'
import type { DataCache } from '../cache.ts'
import type { Sha256 } from '../hash.ts'
import { isDirHash } from '../hash.ts'
import { entryOrder, type ManifestEntry, parseManifest } from '../manifest.ts'
import type { PointerOut } from '../pointer.ts'
import { compareCodePoints } from '../relative-path.ts'

/** What a version of a folder has at a path. */
export type VersionEntry =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly md5: string
      /** Undefined where no manifest tells. */
      readonly sha256: Sha256 | undefined
      readonly isExecutable: boolean | undefined
    }
  | {
      readonly kind: 'link'
      readonly path: string
      readonly target: string
      /** Of the file that it leads to; undefined for a link to a folder. */
      readonly md5: string | undefined
    }
  | { readonly kind: 'folder'; readonly path: string }

export interface FolderContents {
  /** In the order of their paths, a folder's with a slash at its end. */
  readonly entries: readonly VersionEntry[]
  /** Whether they tell of empty folders, links and files that may be executed. */
  readonly hasManifest: boolean
}

/**
 * All that a version of a folder holds, by DVC's list and, where there is one that belongs to it, the manifest.
 *
 * @returns undefined when the list is not in the cache
 * @throws STORAGE_DAMAGED when the list or the manifest is not what its name says; INVALID_PARAMETER_VALUE when one leads
 *   out of the folder
 */
export function loadFolderContents(
  cache: DataCache,
  out: Pick<PointerOut, 'path' | 'hash' | 'sha256'>,
): FolderContents | undefined {
  if (out.hash === undefined || !isDirHash(out.hash)) return undefined
  const bytes = cache.readVerified(out.hash, 'data')
  if (bytes === undefined) return undefined
  const list = parseDirObject(bytes, `The list of ${out.path}`)
  const manifest = loadManifest(cache, out)
  const entries = manifest === undefined ? undefined : joinManifest(list, manifest)
  if (entries !== undefined) return { entries: sortEntries(entries), hasManifest: true }
  const plain = list.map(({ relpath, md5 }): VersionEntry => ({
    kind: 'file',
    path: relpath,
    md5,
    sha256: undefined,
    isExecutable: undefined,
  }))
  return { entries: sortEntries(plain), hasManifest: false }
}

function loadManifest(
  cache: DataCache,
  { path, sha256 }: Pick<PointerOut, 'path' | 'sha256'>,
): readonly ManifestEntry[] | undefined {
  const bytes = sha256 === undefined ? undefined : cache.readVerified(sha256, 'manifest')
  return bytes === undefined ? undefined : parseManifest(bytes.toString(), `The manifest of ${path}`).entries
}

/** Undefined where they tell of different files: then the manifest is of something else. */
function joinManifest(
  list: readonly DirEntry[],
  manifest: readonly ManifestEntry[],
): readonly VersionEntry[] | undefined {
  const md5s = new Map<string, string>(list.map(({ relpath, md5 }) => [relpath, md5]))
  const entries: VersionEntry[] = []
  for (const entry of manifest) {
    const md5 = md5s.get(entry.path)
    md5s.delete(entry.path)
    if (entry.kind === 'file') {
      if (md5 !== entry.md5) return undefined
      const { path, sha256, isExecutable } = entry
      entries.push({ kind: 'file', path, md5, sha256, isExecutable })
    } else if (entry.kind === 'link') entries.push({ ...entry, md5 })
    else if (md5 === undefined) entries.push(entry)
    else return undefined
  }
  return md5s.size === 0 ? entries : undefined
}

function sortEntries(entries: readonly VersionEntry[]): readonly VersionEntry[] {
  return entries.toSorted((a, b) => compareCodePoints(entryOrder(a), entryOrder(b)))
}
