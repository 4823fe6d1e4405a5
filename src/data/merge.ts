import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataCache, openDataCache } from './cache.ts'
import { formatDirObject, parseDirObject } from './dir-object.ts'
import { type DataHash, isDirHash, type Md5, parseDataHash, parseSha256, type Sha256 } from './hash.ts'
import {
  decide,
  type Decision,
  type FileConflict,
  type FileList,
  type MergedFile,
  mergeLists,
} from './history/merge-lists.ts'
import { mergeManifests } from './history/merge-manifests.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import { dataKey, manifestKey } from './object-key.ts'
import { parsePointer, type PointerOut } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import { updatePointer } from './update-pointer.ts'

export type { Decision, FileConflict, MergedFile, Side } from './history/merge-lists.ts'

/** A `.dvc` file as three commits have it. */
export interface PointerSides {
  /** Undefined where both sides have added it. */
  readonly base: string | undefined
  readonly ours: string
  readonly theirs: string
}

export interface MergedPointer {
  /** The `.dvc` file, with our side of what is in conflict. */
  readonly text: string
  /** What nobody has decided yet; the path is empty for what is no folder, and is one as a whole. */
  readonly conflicts: readonly FileConflict[]
}

/** By path in the folder; the path is empty for what is decided as a whole. */
export type Decisions = ReadonlyMap<string, Decision>

/**
 * Merges what two branches have made of a folder: clean where files differ, else by what was decided. The list and the
 * manifest of the merged folder are put into the cache; files need not be there.
 *
 * @param where path of the `.dvc` file, for errors
 * @throws INVALID_PARAMETER_VALUE for a side that is no `.dvc` file, or that stands for something else; INVALID_STATE where
 *   the list of a folder is not in the cache; STORAGE_DAMAGED where it is damaged
 */
export function mergePointers(
  repository: DataRepository,
  sides: PointerSides,
  where: string,
  decided: Decisions = new Map(),
): MergedPointer {
  const base = sides.base === undefined ? undefined : onlyOut(sides.base, where)
  const [ours, theirs] = [onlyOut(sides.ours, where), onlyOut(sides.theirs, where)]
  if (ours.path !== theirs.path || ours.workingFolder !== theirs.workingFolder) throw createUnlike(where)
  if (ours.hash === theirs.hash || base?.hash === theirs.hash) return { text: sides.ours, conflicts: [] }
  if (base?.hash === ours.hash) return { text: sides.theirs, conflicts: [] }
  if (!isFolder(ours) || !isFolder(theirs)) return decideWhole(sides, where, { base, ours, theirs }, decided.get(''))
  using cache = openDataCache(repository)
  return mergeFolders(
    { cache, where, ours, theirs, base: base !== undefined && isFolder(base) ? base : undefined },
    sides,
    decided,
  )
}

function onlyOut(text: string, where: string): PointerOut {
  const [out, ...more] = parsePointer(text, where).outs
  if (out === undefined || more.length > 0) throw createUnlike(where)
  return out
}

function createUnlike(where: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${where} stands for something else on the other branch.`, {
    hint: 'Only versions of one file or folder can be merged. "git checkout --ours" or "--theirs" takes one of them.',
  })
}

type Folder = PointerOut & { readonly hash: DataHash }

function isFolder(out: PointerOut): out is Folder {
  return out.hash !== undefined && isDirHash(out.hash)
}

/** A file, or a folder on one side only, is taken as it is on one side, or as somebody has made it of both. */
function decideWhole(
  sides: PointerSides,
  where: string,
  outs: { readonly base: PointerOut | undefined; readonly ours: PointerOut; readonly theirs: PointerOut },
  decision: Decision | undefined,
): MergedPointer {
  if (decision === 'ours') return { text: sides.ours, conflicts: [] }
  if (decision === 'theirs') return { text: sides.theirs, conflicts: [] }
  if (typeof decision === 'object') {
    const { md5: hash, ...file } = decision
    const out = { path: outs.ours.path, hash, ...file, fileCount: undefined }
    return { text: updatePointer(sides.ours, [out], where), conflicts: [] }
  }
  const [base, ours, theirs] = [outs.base, outs.ours, outs.theirs].map(hashOfFile)
  return { text: sides.ours, conflicts: [{ path: '', base, ours, theirs }] }
}

function hashOfFile(out: PointerOut | undefined): Md5 | undefined {
  return out?.hash === undefined || isDirHash(out.hash) ? undefined : out.hash
}

interface Folders {
  readonly cache: DataCache
  readonly where: string
  readonly base: Folder | undefined
  readonly ours: Folder
  readonly theirs: Folder
}

function mergeFolders(folders: Folders, sides: PointerSides, decided: Decisions): MergedPointer {
  const { cache, where, base, ours, theirs } = folders
  const merged = mergeLists(readList(cache, base, where), readList(cache, ours, where), readList(cache, theirs, where))
  let files = merged.files
  const conflicts: FileConflict[] = []
  const made = new Map<string, MergedFile>()
  for (const conflict of merged.conflicts) {
    const decision = decided.get(conflict.path)
    const next = decision === undefined ? undefined : decide(files, conflict, decision)
    if (next === undefined) conflicts.push(conflict)
    else files = next
    if (next !== undefined && typeof decision === 'object') made.set(conflict.path, decision)
  }
  return { text: updatePointer(sides.ours, [storeFolder(folders, files, made)], where), conflicts }
}

function readList(cache: DataCache, folder: Folder | undefined, where: string): FileList {
  if (folder === undefined) return new Map()
  const bytes = cache.readVerified(folder.hash, 'data')
  if (bytes === undefined) {
    throw new RunwrightError('INVALID_STATE', `The list ${folder.hash} of ${where} is not in the cache.`, {
      hint: 'Fetch the data of both branches ("runwright data fetch"), and then "runwright data resolve PATH".',
    })
  }
  return new Map(parseDirObject(bytes, `The list ${folder.hash}`).map(({ relpath, md5 }) => [relpath, md5]))
}

function storeFolder({ cache, base, ours, theirs }: Folders, files: FileList, made: ReadonlyMap<string, MergedFile>) {
  const list = Buffer.from(formatDirObject([...files].map(([relpath, md5]) => ({ relpath, md5 }))))
  const hash = parseDataHash(`${createHash('md5').update(list).digest('hex')}.dir`)
  if (hash === undefined) throw new RunwrightError('INTERNAL_ERROR', 'An md5 is none.')
  cache.storeBytes(dataKey(hash), list)
  const manifests = [base, ours, theirs].map((out) => readManifest(cache, out?.sha256))
  const [old, our, their] = manifests
  const manifest = our && their && mergeManifests(files, old, our, their, made)
  const sizes = new Map(manifests.flatMap((each) => (each === undefined ? [] : sizesOf(each))))
  return {
    path: ours.path,
    hash,
    fileCount: files.size,
    sizeBytes: sumSizes(cache, files, sizes),
    sha256: manifest === undefined ? undefined : storeManifest(cache, manifest),
  }
}

function readManifest(cache: DataCache, sha256: Sha256 | undefined): Manifest | undefined {
  if (sha256 === undefined) return undefined
  const bytes = cache.readVerified(sha256, 'manifest')
  return bytes && parseManifest(bytes.toString(), `The manifest ${sha256}`)
}

function sizesOf({ entries }: Manifest): [Md5, number][] {
  return entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.md5, entry.sizeBytes]] : []))
}

/** Undefined where a file is neither in a manifest nor in the cache. */
function sumSizes(cache: DataCache, files: FileList, known: ReadonlyMap<Md5, number>): number | undefined {
  let sum = 0
  for (const md5 of files.values()) {
    const size = known.get(md5) ?? lstatSync(cache.path(dataKey(md5)), { throwIfNoEntry: false })?.size
    if (size === undefined) return undefined
    sum += size
  }
  return sum
}

function storeManifest(cache: DataCache, text: string): Sha256 | undefined {
  const bytes = Buffer.from(text)
  const sha256 = parseSha256(createHash('sha256').update(bytes).digest('hex'))
  if (sha256 !== undefined) cache.storeBytes(manifestKey(sha256), bytes)
  return sha256
}
