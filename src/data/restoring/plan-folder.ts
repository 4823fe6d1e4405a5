import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { loadIgnoreRules } from '../ignore/ignore-rules.ts'
import { objectPath } from '../hashing/store-object.ts'
import { entryOrder } from '../manifest.ts'
import { compareCodePoints } from '../relative-path.ts'
import { isSameStamp } from '../workspace/cache-stamp.ts'
import { openIndexReader, readIndexSummary } from '../workspace/file-index.ts'
import { type HashName, type HashNeeds, isEnough, md5Of } from '../hashing/hash-digits.ts'
import { type EntryState, readStates } from '../workspace/read-states.ts'
import { scanFolder } from '../workspace/scan-folder.ts'
import { indexFile, type Recording } from '../writing/record-path.ts'
import type { ObjectCheck } from './object-check.ts'
import type { OutPlan, Problems } from './plan.ts'
import type { PlannedFiles } from './planned-files.ts'
import type { FolderContents, VersionEntry } from './version-entries.ts'

/**
 * Compares a folder of the workspace with what it should hold, and changes nothing.
 *
 * @param path of the folder, from the root
 * @param problems is added to
 * @param files is added to: all files of the folder, with those that stay, and those that go
 */
export async function planFolder(
  recording: Recording,
  path: string,
  { entries, hasManifest }: FolderContents,
  check: ObjectCheck,
  problems: Problems,
  files: PlannedFiles,
): Promise<OutPlan> {
  const links: { path: string; target: string; replaces: boolean }[] = []
  const folders: string[] = []
  const modes: { path: string; isExecutable: boolean }[] = []
  const place = (inside: string) => `${path}/${inside}`
  /** Links to folders: nothing is written behind them. */
  const linkedFolders = new Set<string>()
  const counts = { added: 0, changed: 0 }
  const hadAllObjects = hasAllIndexed(recording, path)
  let hasAllObjects = true

  const make = (wanted: VersionEntry, found: EntryState | undefined): Promise<void> | undefined => {
    if (isBehindLink(wanted.path, linkedFolders)) problems.unsaved.add(place(wanted.path))
    if (wanted.kind === 'folder') {
      folders.push(wanted.path)
      return undefined
    }
    counts[found === undefined ? 'added' : 'changed']++
    if (wanted.kind === 'link') {
      if (wanted.md5 !== undefined) hasAllObjects &&= existsSync(objectPath(recording.cache.objects, wanted.md5))
      links.push({ path: wanted.path, target: wanted.target, replaces: found !== undefined })
      return undefined
    }
    const { md5, sha256, isExecutable = false } = wanted
    const replaces = found === undefined ? undefined : lookAt(join(recording.repository.root, place(wanted.path)))
    files.add({ path: wanted.path, md5, sha256, isExecutable, replaces })
    return check.expect(md5, (problem) => {
      const object = lstatSync(objectPath(recording.cache.objects, md5), { throwIfNoEntry: false })
      const isEdited = problem === 'damaged' && object?.ino === replaces?.ino
      problems[isEdited ? 'edited' : problem].add(place(wanted.path))
    })
  }
  const giveUp = async (found: EntryState, isReplaced: boolean): Promise<void> => {
    if (found.kind === 'file' && found.link === undefined && !(await check.isSound(md5Of(found)))) {
      problems.unsaved.add(place(found.path))
    }
    if (found.kind === 'file' && !isReplaced) {
      files.remove({ path: found.path, ...lookAt(join(recording.repository.root, place(found.path))) })
    }
    // An empty folder is worth nothing; a link of somebody's own stays.
    if (found.kind === 'folder' && hasManifest) files.remove({ path: found.path, mtimeMs: 0, ino: 0 })
  }
  const compare = (wanted: VersionEntry, found: EntryState): Promise<void> | undefined => {
    if (wanted.kind === 'folder' || found.kind === 'folder') return undefined
    if (found.kind === 'link') {
      const isSame = wanted.kind === 'link' && wanted.target === found.target
      if (!isSame) problems.unsaved.add(place(found.path))
      return undefined
    }
    if (wanted.md5 !== md5Of(found)) return giveUp(found, true).then(() => make(wanted, found))
    files.add(found)
    hasAllObjects &&= hadAllObjects && (found.isKnown || existsSync(objectPath(recording.cache.objects, wanted.md5)))
    const isExecutable = wanted.kind === 'file' ? wanted.isExecutable : undefined
    if (isExecutable !== undefined && found.link === undefined && isExecutable !== found.isExecutable) {
      modes.push({ path: found.path, isExecutable })
    }
    return undefined
  }

  await forEachPair(entries, readFolder(recording, path), {
    left: (wanted) => make(wanted, undefined),
    right(found) {
      if (found.kind === 'link') linkedFolders.add(found.path)
      return giveUp(found, false)
    },
    both(wanted, found) {
      if (found.kind === 'link') linkedFolders.add(found.path)
      return compare(wanted, found)
    },
  })
  return { path, links, folders, modes, ...counts, hasAllObjects }
}

/** Whether the cache is as it was when it had the objects of all files that the index knows. */
function hasAllIndexed({ repository, cache }: Recording, path: string): boolean {
  const file = indexFile(repository.temporaryFolder, path)
  using index = openIndexReader(file)
  return isSameStamp(readIndexSummary(file)?.cacheStamp, index.writtenMs, cache.objects)
}

/**
 * The files of a folder in the workspace as they are now, a few at a time, hashed where the index does not know what is
 * needed.
 *
 * @param needs of files that the index knows
 * @param only the one hash of the others that is wanted; the other one's digits are zeros
 */
export async function* readFolder(
  recording: Recording,
  path: string,
  { needs = 'md5', only }: { readonly needs?: HashNeeds; readonly only?: HashName } = {},
): AsyncGenerator<readonly EntryState[]> {
  const { repository, pool, lock } = recording
  const { root, temporaryFolder } = repository
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return
  using index = openIndexReader(indexFile(temporaryFolder, path))
  const entries = scanFolder({ root, path, rules: loadIgnoreRules(root, path) })
  const states = readStates({
    folder: join(root, path),
    entries,
    index,
    pool,
    store: undefined,
    isEnough: (record) => isEnough(record, needs),
    only,
    startedMs: lock.takenMs,
  })
  for await (const { entries: batch } of states) yield batch
}

/** Whoever has nothing to wait for returns undefined: for 50,000 files the waiting alone would take a tenth of the time. */
interface PairVisitor<Left, Right> {
  left(left: Left): Promise<void> | undefined
  right(right: Right): Promise<void> | undefined
  both(left: Left, right: Right): Promise<void> | undefined
}

/** Goes through two lists in the order of their paths at once, of which the second comes a few at a time. */
export async function forEachPair<
  Left extends { readonly kind: 'file' | 'link' | 'folder'; readonly path: string },
  Right extends { readonly kind: 'file' | 'link' | 'folder'; readonly path: string },
>(lefts: Iterable<Left>, rights: AsyncIterable<readonly Right[]>, visitor: PairVisitor<Left, Right>): Promise<void> {
  const iterator = lefts[Symbol.iterator]()
  let left = iterator.next()
  for await (const batch of rights) {
    for (const right of batch) {
      const key = entryOrder(right)
      while (left.done !== true && compareCodePoints(entryOrder(left.value), key) < 0) {
        const waiting = visitor.left(left.value)
        if (waiting !== undefined) await waiting
        left = iterator.next()
      }
      const isPair = left.done !== true && entryOrder(left.value) === key
      const waiting = isPair ? visitor.both(left.value, right) : visitor.right(right)
      if (waiting !== undefined) await waiting
      if (isPair) left = iterator.next()
    }
  }
  for (; left.done !== true; left = iterator.next()) await visitor.left(left.value)
}

function isBehindLink(path: string, links: ReadonlySet<string>): boolean {
  if (links.size === 0) return false
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (links.has(path.slice(0, end))) return true
  }
  return false
}

/** How it looks itself, not what it may lead to. */
export function lookAt(absolute: string): { readonly mtimeMs: number; readonly ino: number } {
  const stat = lstatSync(absolute, { throwIfNoEntry: false })
  return { mtimeMs: stat?.mtimeMs ?? 0, ino: stat?.ino ?? 0 }
}
