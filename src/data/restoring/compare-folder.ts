import { existsSync, lstatSync } from 'node:fs'
import type { DirEntry } from '../dir-object.ts'
import type { TrackedOut } from '../find-pointers.ts'
import type { DirHash } from '../hash.ts'
import { objectPath } from '../hashing/store-object.ts'
import { loadIgnoreRules } from '../ignore/ignore-rules.ts'
import { dataKey } from '../object-key.ts'
import { compareWithIndex, createShape } from '../workspace/as-indexed.ts'
import { isSameStamp, takeCacheStamp } from '../workspace/cache-stamp.ts'
import { openIndexReader, openOptionalIndexWriter } from '../workspace/file-index.ts'
import { type EntryState, md5Of } from '../workspace/read-states.ts'
import { scanFolder } from '../workspace/scan-folder.ts'
import type { Reading } from '../writing/open-recording.ts'
import { indexFile, type Recording } from '../writing/record-path.ts'
import { noDifferences, type OutDifferences } from './differences.ts'
import { createListHash } from './list-hash.ts'
import { forEachPair, readFolder } from './plan-folder.ts'
import { openFolderList } from './version-entries.ts'

/**
 * Compares a folder of the workspace with the list that its `.dvc` file names.
 */
export async function compareFolder(
  reading: Reading,
  { path, out }: TrackedOut,
  hash: DirHash,
): Promise<OutDifferences> {
  const { cache, repository } = reading
  const file = indexFile(repository.temporaryFolder, path)
  const lists = noDifferences()
  if (isAsIndexed(reading, path, hash, file)) return { isSame: true, ...lists }
  using writer = reading.canSave ? openOptionalIndexWriter(file) : undefined
  const shape = createShape()
  const own = createListHash()
  async function* readAndRemember(): AsyncGenerator<EntryState & { readonly kind: 'file' }> {
    for await (const entry of readFolder(reading, path)) {
      shape.add(entry)
      if (entry.kind !== 'file') continue
      writer?.add(entry)
      own.add(entry.path, md5Of(entry))
      yield entry
    }
  }
  const list = openFolderList(cache, hash, path)
  if (list === undefined) lists.notInCache.add(path)
  const place = (entry: { readonly path: string }) => `${path}/${entry.path}`
  const look = (entry: { readonly path: string; readonly md5: string }) => {
    if (!existsSync(objectPath(cache.objects, entry.md5))) lists.notInCache.add(place(entry))
  }
  await forEachPair(toFiles(list ?? []), readAndRemember(), {
    async left(wanted) {
      lists.removed.add(place(wanted))
      look(wanted)
    },
    async right(found) {
      if (list !== undefined) lists.added.add(place(found))
    },
    async both(wanted, found) {
      look(wanted)
      if (wanted.md5 === md5Of(found)) return
      lists.changed.add(place(found))
      const object = lstatSync(objectPath(cache.objects, wanted.md5), { throwIfNoEntry: false })
      if (object?.ino === found.ino) lists.edited.add(place(found))
    },
  })
  const isSame = own.digest() === hash
  const isComplete = isSame && lists.notInCache.count === 0
  writer?.finish({
    version: isSame ? { hash, sha256: out.sha256 } : undefined,
    cacheStamp: isComplete ? takeCacheStamp(cache.objects) : undefined,
    // A SHA-256 of the `.dvc` file says nothing of links and modes as they are now.
    shape: undefined,
  })
  return { isSame, ...lists }
}

function* toFiles(list: Iterable<DirEntry>) {
  for (const { relpath, md5 } of list) yield { kind: 'file' as const, path: relpath, md5 }
}

/** Whether the folder is as it was when it was this version, with all its objects in the cache. */
function isAsIndexed({ cache, repository }: Recording, path: string, hash: DirHash, file: string): boolean {
  using index = openIndexReader(file)
  if (index.writtenMs === 0) return false
  const { root } = repository
  const same = compareWithIndex(scanFolder({ root, path, rules: loadIgnoreRules(root, path) }), index)
  if (same?.summary.version?.hash !== hash) return false
  return cache.has(dataKey(hash)) && isSameStamp(same.summary.cacheStamp, index.writtenMs, cache.objects)
}
