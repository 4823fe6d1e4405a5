import { parseDataHash, parseMd5, parseSha256, type DataHash, type Sha256 } from '../hash.ts'
import type { DataCache } from '../cache.ts'
import { formatDirEntry } from '../dir-object.ts'
import { formatManifestEntry, type ManifestEntry, manifestHeading } from '../manifest.ts'
import { dataKey, manifestKey } from '../object-key.ts'
import { md5Of, sha256Of } from '../hashing/hash-digits.ts'
import { checkRelativePath } from '../relative-path.ts'
import { type EntryState } from '../workspace/read-states.ts'
import { isLinkInside } from '../workspace/scan-folder.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { openHashedText } from './hashed-text.ts'

/** What a folder is known by once its lists are in the cache. */
export interface FolderVersion {
  readonly hash: DataHash
  /** Of the manifest. */
  readonly sha256: Sha256
  readonly sizeBytes: number
  readonly fileCount: number
}

/** Writes DVC's list of a folder and the manifest, entry by entry in the order of their paths. */
export interface FolderLists extends Disposable {
  /** @throws INVALID_PARAMETER_VALUE for a name that `checkRelativePath` refuses */
  add(entry: EntryState): void
  /** Puts both into the cache: the manifest first, since DVC's list is what others look for. */
  finish(): FolderVersion
}

/** @param cache undefined to learn what they would be, with nothing written */
export function openFolderLists(cache: DataCache | undefined): FolderLists {
  const listPath = cache?.temporaryPath()
  const list = openHashedText(listPath, 'md5')
  const manifestPath = cache?.temporaryPath()
  const manifest = openHashedText(manifestPath, 'sha256')
  list.write('[')
  manifest.write(`${manifestHeading}\n`)
  let sizeBytes = 0
  let fileCount = 0
  return {
    add(entry) {
      // What no checkout would take is not recorded.
      checkRelativePath(entry.path, 'The folder')
      const line = toManifestEntry(entry)
      if (line !== undefined) manifest.write(`${formatManifestEntry(line)}\n`)
      if (entry.kind !== 'file') return
      list.write(
        `${fileCount === 0 ? '' : ', '}${formatDirEntry({ relpath: entry.path, md5: checked(parseMd5(md5Of(entry))) })}`,
      )
      sizeBytes += entry.sizeBytes
      fileCount++
    },
    finish() {
      list.write(']')
      const hash = checked(parseDataHash(`${list.finish()}.dir`))
      const sha256 = checked(parseSha256(manifest.finish()))
      if (manifestPath !== undefined) cache?.adopt(manifestKey(sha256), manifestPath)
      if (listPath !== undefined) cache?.adopt(dataKey(hash), listPath)
      return { hash, sha256, sizeBytes, fileCount }
    },
    [Symbol.dispose]() {
      list[Symbol.dispose]()
      manifest[Symbol.dispose]()
    },
  }
}

/** Undefined for a link to a folder elsewhere, which no list can hold. */
function toManifestEntry(entry: EntryState): ManifestEntry | undefined {
  const { path } = entry
  if (entry.kind === 'folder') return { kind: 'folder', path }
  const target = entry.kind === 'link' ? entry.target : entry.link
  if (target !== undefined && isLinkInside({ path, target })) return { kind: 'link', path, target }
  if (entry.kind === 'link') return undefined
  const { sizeBytes, isExecutable } = entry
  const md5 = checked(parseMd5(md5Of(entry)))
  return { kind: 'file', path, sizeBytes, sha256: checked(parseSha256(sha256Of(entry))), md5, isExecutable }
}

function checked<Value>(value: Value | undefined): Value {
  if (value !== undefined) return value
  throw new RunwrightError('INTERNAL_ERROR', 'A hash came out that is none.')
}
