import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { type DataCache, openDataCache } from '../cache.ts'
import type { FolderFileToCompare } from '../content-diff.ts'
import { formatDirObject } from '../dir-object.ts'
import { findPointers, listOuts } from '../find-pointers.ts'
import { type DataHash, isDirHash, type Md5, parseDataHash, parseMd5 } from '../hash.ts'
import { dataKey } from '../object-key.ts'
import type { DataRepository } from '../repository.ts'
import { readFile } from '../restoring/plan-file.ts'
import { readFolder } from '../restoring/plan-folder.ts'
import { readStatus } from '../status.ts'
import type { Work } from '../work.ts'
import { md5Of } from '../hashing/hash-digits.ts'
import { openReading } from '../writing/open-recording.ts'
import { findDirList, findManifest } from './cached-lists.ts'
import type { GitSide } from './git-side.ts'
import { loadRevisionOuts } from './revision-outs.ts'
import type { TrackedOut } from './tracked-out.ts'

/** The files of a version of something. */
export type VersionFiles =
  | { readonly type: 'file'; readonly file: FolderFileToCompare }
  | { readonly type: 'folder'; readonly files: readonly FolderFileToCompare[]; readonly notes: readonly string[] }

/** One of two states that are compared. */
export interface DiffSide extends AsyncDisposable {
  readonly outs: readonly TrackedOut[]
  /** Undefined where the list of a folder is not in the cache. */
  files(out: TrackedOut): Promise<VersionFiles | undefined>
}

export async function openRevisionSide(
  repository: DataRepository,
  git: GitSide,
  revision: string,
  work: Work,
): Promise<DiffSide> {
  const outs = [...(await loadRevisionOuts(git, revision, work)).values()]
  const cache = openDataCache(repository, { isForReading: true })
  return {
    outs,
    files: async (out) => findCachedFiles(cache, out),
    [Symbol.asyncDispose]: async () => cache[Symbol.dispose](),
  }
}

/** The workspace as it is: what differs from its `.dvc` file is looked at. */
export async function openWorkTreeSide(
  repository: DataRepository,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DiffSide> {
  const changed = new Set<string>()
  for (const { path, state } of await readStatus(repository, undefined, work, env)) {
    if (state === 'changed' || state === 'new') changed.add(path)
  }
  const actual = new Map<string, VersionFiles>()
  const outs: TrackedOut[] = []
  await using reading = await openReading(repository, work)
  for (const { out, path, found } of listOuts(await findPointers(repository, env))) {
    const files = changed.has(path) ? await readActual(reading, path) : undefined
    if (files !== undefined) actual.set(path, files)
    outs.push({ ...out, path, pointer: found.path, ...(files && describeFiles(files)) })
  }
  const cache = openDataCache(repository, { isForReading: true })
  return {
    outs,
    files: async (out) => actual.get(out.path) ?? findCachedFiles(cache, out),
    [Symbol.asyncDispose]: async () => cache[Symbol.dispose](),
  }
}

async function readActual(
  reading: Awaited<ReturnType<typeof openReading>>,
  path: string,
): Promise<VersionFiles | undefined> {
  const absolute = join(reading.repository.root, path)
  const stat = lstatSync(absolute, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) {
    const record = await readFile(reading, path)
    if (record === undefined) return undefined
    const { sizeBytes } = record
    return { type: 'file', file: { path, hash: md5Of(record), sizeBytes, absolutePath: absolute } }
  }
  const files: FolderFileToCompare[] = []
  for await (const batch of readFolder(reading, path)) {
    for (const entry of batch) {
      if (entry.kind !== 'file') continue
      const { path: inside, sizeBytes } = entry
      files.push({ path: inside, hash: md5Of(entry), sizeBytes, absolutePath: join(absolute, inside) })
    }
  }
  return { type: 'folder', files, notes: [] }
}

/** What the `.dvc` file would say. */
function describeFiles(files: VersionFiles): Pick<TrackedOut, 'hash' | 'sizeBytes' | 'fileCount' | 'sha256'> {
  if (files.type === 'file') {
    const { hash, sizeBytes } = files.file
    return { hash: parseDataHash(hash), sizeBytes, fileCount: undefined, sha256: undefined }
  }
  const list = files.files.flatMap(({ path, hash }) => {
    const md5 = parseMd5(hash)
    return md5 === undefined ? [] : [{ relpath: path, md5 }]
  })
  return {
    hash: parseDataHash(`${createHash('md5').update(formatDirObject(list)).digest('hex')}.dir`),
    sizeBytes: files.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    fileCount: files.files.length,
    sha256: undefined,
  }
}

function findCachedFiles(cache: DataCache, out: TrackedOut): VersionFiles | undefined {
  const { hash, path, sizeBytes = 0, sha256 } = out
  if (hash === undefined) return { type: 'folder', files: [], notes: [] }
  if (!isDirHash(hash)) return { type: 'file', file: { path, hash, sizeBytes, ...placeOf(cache, hash) } }
  const list = findDirList(cache, hash)
  if (list === undefined) return undefined
  const manifest = sha256 && findManifest(cache, sha256)
  const sizes = new Map(manifest?.entries.map((entry) => [entry.path, entry.kind === 'file' ? entry.sizeBytes : 0]))
  let unknown = 0
  const files = list.map(({ relpath, md5 }) => {
    const size = sizes.get(relpath) ?? sizeInCache(cache, md5)
    if (size === undefined) unknown++
    return { path: relpath, hash: md5, sizeBytes: size ?? 0, ...placeOf(cache, md5) }
  })
  const notes = unknown === 0 ? [] : [`The sizes of ${unknown} files are not known: they are not in the cache.`]
  return { type: 'folder', files, notes }
}

function sizeInCache(cache: DataCache, md5: Md5): number | undefined {
  return lstatSync(cache.path(dataKey(md5)), { throwIfNoEntry: false })?.size
}

function placeOf(cache: DataCache, hash: DataHash): { absolutePath?: string } {
  return cache.has(dataKey(hash)) ? { absolutePath: cache.path(dataKey(hash)) } : {}
}
