import { createHash } from 'node:crypto'
import { existsSync, lstatSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { parseMd5, parseSha256 } from '../hash.ts'
import type { HashPool } from '../hashing/hash-pool.ts'
import { type ObjectPlace, objectPath } from '../hashing/store-object.ts'
import { numbersPerFile, type TakenFiles } from '../hashing/take-files.ts'
import { loadIgnoreRules } from '../ignore/ignore-rules.ts'
import type { NewPointerOut } from '../pointer.ts'
import type { DataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import type { DataProgress } from '../../protocol/data-progress.ts'
import { dataKey, manifestKey } from '../object-key.ts'
import { compareWithIndex, createShape } from '../workspace/as-indexed.ts'
import { isSameStamp, takeCacheStamp } from '../workspace/cache-stamp.ts'
import { type IndexRecord, openIndexReader, openIndexWriter, readIndexSummary } from '../workspace/file-index.ts'
import { digitsAt, isEnough, md5Of, sha256Of } from '../hashing/hash-digits.ts'
import { readStates } from '../workspace/read-states.ts'
import { scanFolder } from '../workspace/scan-folder.ts'
import type { SingleFiles } from '../workspace/single-files.ts'
import { openFolderLists } from './folder-lists.ts'
import { besideFolder, indexFolder, passTick, type RepositoryLock } from './lock-repository.ts'

/** What all parts of a command on the workspace share. */
export interface Recording {
  readonly repository: DataRepository
  readonly cache: DataCache
  readonly pool: HashPool
  readonly singles: SingleFiles
  readonly lock: RepositoryLock
  readonly work: Work
}

/** What a file or folder is now, with all its objects in the cache. */
export type RecordedVersion = Omit<NewPointerOut, 'path'>

/**
 * Stores a file or folder in the cache, and remembers how its files look.
 *
 * @param path from the root of the repository
 * @throws RESOURCE_DOES_NOT_EXIST when nothing is there; INVALID_PARAMETER_VALUE for what cannot be versioned;
 *   RESOURCE_CONFLICT for a file that changes meanwhile; CANCELLED, STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function recordPath(recording: Recording, path: string): Promise<RecordedVersion> {
  const stat = statSync(join(recording.repository.root, path), { throwIfNoEntry: false })
  if (stat === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${path}.`, {
      hint: 'Name files and folders that are in the workspace.',
    })
  }
  return stat.isDirectory() ? recordFolder(recording, path) : recordFile(recording, path)
}

async function recordFile(recording: Recording, path: string): Promise<RecordedVersion> {
  const { repository, cache, pool, singles, lock } = recording
  const stat = statSync(join(repository.root, path))
  if (!stat.isFile()) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is a device, a pipe or a socket.`)
  }
  const known = singles.find(path, stat)
  if (known !== undefined && isEnough(known, 'both') && existsSync(objectPath(cache.objects, md5Of(known)))) {
    return toVersion(known)
  }
  using progress = tellProgress(recording, { totalFiles: 1, totalBytes: stat.size })
  const taken = await pool.take({ folder: repository.root, paths: [path], store: objectPlace(recording) }, stat.size)
  progress.add(1)
  recordObjects(cache, taken)
  const [sizeBytes = 0, mtimeMs = 0, ino = 0] = taken.numbers
  const record = { path, sizeBytes, mtimeMs: mtimeMs < lock.takenMs ? mtimeMs : 0, ino, hashes: taken.hashes }
  const before = singles.before(path)
  if (before !== undefined && md5Of(before) !== md5Of(record)) dropEditedObject(cache, before, stat)
  singles.set(record)
  return toVersion(record)
}

function toVersion(record: { readonly hashes: string; readonly sizeBytes: number }): RecordedVersion {
  const [hash, sha256] = [parseMd5(md5Of(record)), parseSha256(sha256Of(record))]
  if (hash === undefined || sha256 === undefined) throw new RunwrightError('INTERNAL_ERROR', 'A hash is none.')
  return { hash, sha256, sizeBytes: record.sizeBytes, fileCount: undefined }
}

async function recordFolder(recording: Recording, path: string): Promise<RecordedVersion> {
  const { repository, cache, pool, lock, work } = recording
  const { root, temporaryFolder } = repository
  const scan = { root, path, rules: loadIgnoreRules(root, path) }
  const file = indexFile(temporaryFolder, path)
  const same = findSameVersion(recording, scan, file)
  if (same !== undefined) return same
  using index = openIndexReader(file)
  const hasAllObjects = isSameStamp(readIndexSummary(file)?.cacheStamp, index.writtenMs, cache.objects)
  using writer = openIndexWriter(file)
  using lists = openFolderLists(cache)
  using progress = tellProgress(recording, work.wantsTotals === true ? countFiles(scan) : noTotals)
  const states = readStates({
    folder: join(root, path),
    entries: scanFolder(scan),
    index,
    pool,
    store: objectPlace(recording),
    isEnough: (record) =>
      isEnough(record, 'both') && (hasAllObjects || existsSync(objectPath(cache.objects, md5Of(record)))),
    onChanged: (before, now) => dropEditedObject(cache, before, now),
    onObjects: (taken) => recordObjects(cache, taken),
    startedMs: lock.takenMs,
  })
  const shape = createShape()
  for await (const { entries } of states) {
    for (const entry of entries) {
      lists.add(entry)
      shape.add(entry)
      if (entry.kind === 'file') writer.add(entry)
    }
    progress.add(entries.length)
  }
  const version = lists.finish()
  const cacheStamp = takeCacheStamp(cache.objects)
  await passTick(repository, cacheStamp.newestMs)
  writer.finish({ version, cacheStamp, shape: shape.digest() })
  return version
}

/** What the index stands for, if the folder is as it was and all its objects are in the cache. */
function findSameVersion(
  { cache }: Recording,
  scan: Parameters<typeof scanFolder>[0],
  file: string,
): RecordedVersion | undefined {
  using index = openIndexReader(file)
  if (index.writtenMs === 0) return undefined
  const same = compareWithIndex(scanFolder(scan), index)
  const version = same?.summary.version
  if (same?.hasSameShape !== true || version?.sha256 === undefined) return undefined
  if (!isSameStamp(same.summary.cacheStamp, index.writtenMs, cache.objects)) return undefined
  if (!cache.has(dataKey(version.hash)) || !cache.has(manifestKey(version.sha256))) return undefined
  return { ...version, sizeBytes: same.sizeBytes, fileCount: same.fileCount }
}

/** The new bytes of a file that was changed through a hard link are also those of its former object, which is none now. */
function dropEditedObject(cache: DataCache, before: IndexRecord, now: { readonly ino: number }): void {
  const path = objectPath(cache.objects, md5Of(before))
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === now.ino) unlinkSync(path)
}

/** Where the index of a folder's files is. */
export function indexFile(temporaryFolder: string, path: string): string {
  return join(indexFolder(temporaryFolder), createHash('sha256').update(path).digest('hex').slice(0, 32))
}

export function objectPlace({ repository, cache }: Recording): ObjectPlace {
  return {
    objects: cache.objects,
    temporary: cache.temporaryFolder,
    besideFiles: besideFolder(repository.temporaryFolder),
    types: repository.linkTypes,
  }
}

/** Objects that were just written, or linked to what was just read, are known to be right. */
export function recordObjects({ states }: DataCache, taken: TakenFiles): void {
  const { numbers } = taken
  for (let at = 0; at * numbersPerFile < numbers.length; at++) {
    const [size = 0, , , mtimeMs = 0, ino = 0] = numbers.subarray(at * numbersPerFile, (at + 1) * numbersPerFile)
    if (ino !== 0) states.record(md5Of(digitsAt(taken, at)), { size, mtimeMs, ino })
  }
}

type Totals = Pick<DataProgress, 'totalFiles' | 'totalBytes'>
const noTotals: Totals = { totalFiles: undefined, totalBytes: undefined }

function countFiles(scan: Parameters<typeof scanFolder>[0]): Totals {
  let totalFiles = 0
  let totalBytes = 0
  for (const batch of scanFolder(scan)) {
    for (const entry of batch) {
      if (entry.kind !== 'file') continue
      totalFiles++
      totalBytes += entry.sizeBytes
    }
  }
  return { totalFiles, totalBytes }
}

const progressMs = 100

/** Tells of files as they are done, and of bytes while a thread is busy with a large one. */
function tellProgress({ pool, work }: Recording, totals: Totals): Disposable & { add(files: number): void } {
  let doneFiles = 0
  const before = pool.doneBytes()
  const tell = () => work.progress({ phase: 'hash', doneFiles, doneBytes: pool.doneBytes() - before, ...totals })
  const timer = setInterval(tell, progressMs)
  return {
    add(files) {
      doneFiles += files
      tell()
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
