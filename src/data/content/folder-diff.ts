import type { ChangedFile, ChangedFiles, ClassDiff, FolderDiff } from '../../protocol/data-diff.ts'
import { findContentKind } from './content-kind.ts'

/** A file of a folder's version. */
export interface FolderFile {
  /** Relative, with `/` between its components. */
  readonly path: string
  /** Of its content, by one algorithm for both versions. */
  readonly hash: string
  readonly sizeBytes: number
}

/** Files and classes that are named each; counts and sizes are of all. */
const maxNamed = 1000

/** Pairs of files with one path whose contents differ. */
export type ChangedPair<File> = readonly [old: File, now: File]

export interface FilesDiff<File extends FolderFile> {
  readonly diff: Omit<FolderDiff, 'contents'>
  /** All that changed, in the order of their paths. */
  readonly changed: readonly ChangedPair<File>[]
}

/** Compares two versions of a folder by the paths and hashes of their files. */
export function diffFolderFiles<File extends FolderFile>(
  before: readonly File[],
  after: readonly File[],
): FilesDiff<File> {
  const [oldByPath, newByPath] = [byPath(before), byPath(after)]
  const removed = before.filter(({ path }) => !newByPath.has(path)).toSorted(inOrder)
  const added = after.filter(({ path }) => !oldByPath.has(path)).toSorted(inOrder)
  const common = after.toSorted(inOrder).flatMap((now): ChangedPair<File>[] => {
    const old = oldByPath.get(now.path)
    return old === undefined ? [] : [[old, now]]
  })
  const changed = common.filter(([old, now]) => old.hash !== now.hash)
  const renamed = findRenamed(removed, added)
  const [moved, cameFrom] = [new Set(renamed.map(([, now]) => now)), new Set(renamed.map(([old]) => old))]
  const lists = {
    added: nameFiles(added.filter((file) => !moved.has(file)).map((now) => [undefined, now] as const)),
    removed: nameFiles(removed.filter((file) => !cameFrom.has(file)).map((old) => [old, undefined] as const)),
    renamed: nameFiles(renamed),
    changed: nameFiles(changed),
  }
  const classes = countClasses(before, after)
  const isEqual = Object.values(lists).every(({ count }) => count === 0)
  return {
    changed,
    diff: {
      type: 'folder',
      state: isEqual ? 'equal' : before.length === 0 ? 'added' : after.length === 0 ? 'removed' : 'changed',
      old: { fileCount: before.length, sizeBytes: sumSizes(before) },
      new: { fileCount: after.length, sizeBytes: sumSizes(after) },
      ...lists,
      equalCount: common.length - changed.length,
      classes: classes.slice(0, maxNamed),
      notes: noteCuts({ ...lists, classes: { count: classes.length } }),
    },
  }
}

function byPath<File extends FolderFile>(files: readonly File[]): ReadonlyMap<string, File> {
  return new Map(files.map((file) => [file.path, file]))
}

function inOrder(a: FolderFile, b: FolderFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}

/** Files that are gone and files that came, with one content: paired in the order of their paths. */
function findRenamed<File extends FolderFile>(removed: readonly File[], added: readonly File[]): ChangedPair<File>[] {
  const waiting = Map.groupBy(removed, ({ hash }) => hash)
  const taken = new Map<string, number>()
  return added.flatMap((now): ChangedPair<File>[] => {
    const turn = taken.get(now.hash) ?? 0
    const old = waiting.get(now.hash)?.[turn]
    taken.set(now.hash, turn + 1)
    return old === undefined ? [] : [[old, now]]
  })
}

function nameFiles(pairs: readonly (readonly [FolderFile | undefined, FolderFile | undefined])[]): ChangedFiles {
  return {
    count: pairs.length,
    sizeBytes: sumSizes(pairs.flatMap(([old, now]) => now ?? old ?? [])),
    files: pairs.slice(0, maxNamed).map(([old, now]): ChangedFile => {
      const path = now?.path ?? old?.path ?? ''
      return {
        path,
        ...(old === undefined || old.path === path ? {} : { oldPath: old.path }),
        ...(old === undefined ? {} : { oldSizeBytes: old.sizeBytes }),
        ...(now === undefined ? {} : { newSizeBytes: now.sizeBytes }),
      }
    }),
  }
}

function sumSizes(files: readonly FolderFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** Images, sounds and texts by the first folder of their paths, in its order. */
function countClasses(before: readonly FolderFile[], after: readonly FolderFile[]): ClassDiff[] {
  const [old, now] = [countByClass(before), countByClass(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted()
    .map((name) => ({ name, oldCount: old.get(name) ?? 0, newCount: now.get(name) ?? 0 }))
}

function countByClass(files: readonly FolderFile[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { path } of files) {
    const slash = path.indexOf('/')
    if (slash < 0 || !['image', 'audio', 'text'].includes(findContentKind(path).kind)) continue
    const name = path.slice(0, slash)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

function noteCuts(lists: Readonly<Record<string, { readonly count: number }>>): string[] {
  return Object.entries(lists)
    .filter(([, { count }]) => count > maxNamed)
    .map(([name, { count }]) => `${name}: the first ${maxNamed} of ${count} are listed.`)
}
