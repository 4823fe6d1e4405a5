import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorCode, RunwrightError } from '../../protocol/errors.ts'
import type { TrackedOut } from '../find-pointers.ts'
import type { DirHash, Sha256 } from '../hash.ts'
import { hasMd5, type HashName, md5Of, sha256Of } from '../hashing/hash-digits.ts'
import { objectPath } from '../hashing/store-object.ts'
import { loadIgnoreRules } from '../ignore/ignore-rules.ts'
import { dataKey } from '../object-key.ts'
import { compareWithIndex } from '../workspace/as-indexed.ts'
import { isSameStamp, takeCacheStamp } from '../workspace/cache-stamp.ts'
import { openIndexReader, openOptionalIndexWriter } from '../workspace/file-index.ts'
import type { FileState } from '../workspace/read-states.ts'
import { scanFolder } from '../workspace/scan-folder.ts'
import type { Reading } from '../writing/open-recording.ts'
import { indexFile } from '../writing/record-path.ts'
import { noDifferences, type OutDifferences } from './differences.ts'
import { createListHash } from './list-hash.ts'
import { forEachPair, readFolder } from './plan-folder.ts'
import { openFolderContents, type VersionEntry } from './version-entries.ts'

/**
 * Compares a folder of the workspace with what its `.dvc` file names: by SHA-256, which takes half of what an md5 does,
 * where a manifest tells those of all files.
 */
export async function compareFolder(reading: Reading, tracked: TrackedOut, hash: DirHash): Promise<OutDifferences> {
  const { path, out } = tracked
  const { cache, repository } = reading
  const comparison = { reading, tracked, hash, file: indexFile(repository.temporaryFolder, path) }
  if (isAsIndexed(comparison)) return { isSame: true, ...noDifferences() }
  const contents = openFolderContents(cache, { path, hash, sha256: out.sha256 })
  if (contents?.hasManifest !== true) return compareEntries(comparison, contents?.entries, 'md5')
  try {
    return await compareEntries(comparison, contents.entries, 'sha256')
  } catch (error) {
    if (!(error instanceof RunwrightError) || !manifestProblems.has(error.code)) throw error
    // DVC’s list alone says what the version is.
    return compareEntries(comparison, openFolderContents(cache, { path, hash, sha256: undefined })?.entries, 'md5')
  }
}

/** What is thrown for a manifest that is damaged, or tells of other files than the list. */
const manifestProblems: ReadonlySet<ErrorCode> = new Set(['STORAGE_DAMAGED', 'INVALID_PARAMETER_VALUE'])

interface Comparison {
  readonly reading: Reading
  readonly tracked: TrackedOut
  readonly hash: DirHash
  /** The index of the folder. */
  readonly file: string
}

async function compareEntries(
  { reading, tracked: { path, out }, hash, file }: Comparison,
  entries: Iterable<VersionEntry> | undefined,
  only: HashName,
): Promise<OutDifferences> {
  const { cache } = reading
  const lists = noDifferences()
  using writer = reading.canSave ? openOptionalIndexWriter(file) : undefined
  const own = createListHash()
  async function* readAndRemember(): AsyncGenerator<readonly FileState[]> {
    for await (const batch of readFolder(reading, path, { needs: only === 'md5' ? 'md5' : 'either', only })) {
      const files = batch.filter((entry) => entry.kind === 'file')
      for (const file of files) {
        writer?.add(file)
        if (entries === undefined) own.add(file.path, md5Of(file))
      }
      yield files
    }
  }
  if (entries === undefined) lists.notInCache.add(path)
  const place = (entry: { readonly path: string }) => `${path}/${entry.path}`
  const look = (entry: ListedFile) => {
    if (!existsSync(objectPath(cache.objects, entry.md5))) lists.notInCache.add(place(entry))
  }
  const noteChanged = (wanted: ListedFile, found: FileState) => {
    lists.changed.add(place(found))
    const object = lstatSync(objectPath(cache.objects, wanted.md5), { throwIfNoEntry: false })
    if (object?.ino === found.ino) lists.edited.add(place(found))
  }
  await forEachPair(toFiles(entries ?? []), readAndRemember(), {
    left(wanted) {
      lists.removed.add(place(wanted))
      look(wanted)
      return undefined
    },
    right(found) {
      if (entries !== undefined) lists.added.add(place(found))
      return undefined
    },
    both(wanted, found) {
      look(wanted)
      const isSame = isSameFile(reading, path, wanted, found)
      if (isSame instanceof Promise) return isSame.then((is) => (is ? undefined : noteChanged(wanted, found)))
      if (!isSame) noteChanged(wanted, found)
      return undefined
    },
  })
  const differs = lists.removed.count + lists.added.count + lists.changed.count > 0
  const isSame = entries === undefined ? own.digest() === hash : !differs
  const isComplete = isSame && lists.notInCache.count === 0
  writer?.finish({
    version: isSame ? { hash, sha256: out.sha256 } : undefined,
    cacheStamp: isComplete ? takeCacheStamp(cache.objects) : undefined,
    // A SHA-256 of the `.dvc` file says nothing of links and modes as they are now.
    shape: undefined,
  })
  return { isSame, ...lists }
}

/** A file of DVC’s list, which has those that links lead to. */
interface ListedFile {
  readonly kind: 'file'
  readonly path: string
  readonly md5: string
  readonly sha256: Sha256 | undefined
}

function* toFiles(entries: Iterable<VersionEntry>): Generator<ListedFile> {
  for (const entry of entries) {
    if (entry.kind === 'file') yield entry
    else if (entry.kind === 'link' && entry.md5 !== undefined) {
      yield { kind: 'file', path: entry.path, md5: entry.md5, sha256: undefined }
    }
  }
}

/** The md5 decides where it is known: a SHA-256 is only as good as the manifest that tells it. */
function isSameFile(
  { repository, pool }: Reading,
  folder: string,
  wanted: ListedFile,
  found: FileState,
): boolean | Promise<boolean> {
  if (hasMd5(found)) return wanted.md5 === md5Of(found)
  if (wanted.sha256 !== undefined) return wanted.sha256 === sha256Of(found)
  const request = { folder: join(repository.root, folder), paths: [found.path], store: undefined, only: 'md5' } as const
  return Promise.resolve(pool.take(request, found.sizeBytes)).then((taken) => wanted.md5 === md5Of(taken))
}

/** Whether the folder is as it was when it was this version, with all its objects in the cache. */
function isAsIndexed({ reading: { cache, repository }, tracked: { path }, hash, file }: Comparison): boolean {
  using index = openIndexReader(file)
  if (index.writtenMs === 0) return false
  const { root } = repository
  const same = compareWithIndex(scanFolder({ root, path, rules: loadIgnoreRules(root, path) }), index)
  if (same?.summary.version?.hash !== hash) return false
  return cache.has(dataKey(hash)) && isSameStamp(same.summary.cacheStamp, index.writtenMs, cache.objects)
}
