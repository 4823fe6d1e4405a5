import type { Md5, Sha256 } from '../hash.ts'

/** The files of a folder by their paths in it. */
export type FileList = ReadonlyMap<string, Md5>

/** A file that two branches have changed, each in its own way. Undefined stands for a file that is not there. */
export interface FileConflict {
  readonly path: string
  readonly base: Md5 | undefined
  readonly ours: Md5 | undefined
  readonly theirs: Md5 | undefined
}

export interface MergedLists {
  /** With our side of what is in conflict. */
  readonly files: FileList
  /** By path. */
  readonly conflicts: readonly FileConflict[]
}

/** Three-way merge, file by file. */
export function mergeLists(base: FileList, ours: FileList, theirs: FileList): MergedLists {
  const files = new Map<string, Md5>()
  const conflicts: FileConflict[] = []
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const sides = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) }
    const isConflict = sides.ours !== sides.theirs && sides.base !== sides.ours && sides.base !== sides.theirs
    if (isConflict) conflicts.push({ path, ...sides })
    const kept = isConflict || sides.base !== sides.ours ? sides.ours : sides.theirs
    if (kept !== undefined) files.set(path, kept)
  }
  const all = [...conflicts, ...takeOutClashes(files, base, ours, theirs)]
  return { files, conflicts: all.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
}

/** One branch has made a folder of the name that the other has a file of: what is theirs goes, until someone decides. */
function takeOutClashes(
  files: Map<string, Md5>,
  base: FileList,
  ours: FileList,
  theirs: FileList,
): readonly FileConflict[] {
  const clashes = new Set<string>()
  for (const path of files.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (files.has(folder)) clashes.add(ours.has(folder) ? path : folder)
    }
  }
  for (const path of clashes) files.delete(path)
  return [...clashes].map((path) => ({
    path,
    base: base.get(path),
    ours: ours.get(path),
    theirs: theirs.get(path),
  }))
}

export type Side = 'ours' | 'theirs' | 'both'

/** A file that somebody has made of both sides; its object is in the cache. */
export interface MergedFile {
  readonly md5: Md5
  readonly sha256: Sha256
  readonly sizeBytes: number
}

export type Decision = Side | MergedFile

/**
 * The files with a conflict decided. With `both`, theirs gets a name beside: `a.csv` and `a.theirs.csv`; where one
 * side has deleted the file, the other's is kept.
 *
 * @returns undefined where that cannot be had, since what it lies in is a file
 */
export function decide(
  files: FileList,
  { path, ours, theirs }: FileConflict,
  decision: Decision,
): FileList | undefined {
  const decided = new Map(files)
  const put = (name: string, md5: Md5 | undefined) =>
    md5 === undefined ? decided.delete(name) : decided.set(name, md5)
  if (decision === 'both') {
    put(path, ours ?? theirs)
    if (ours !== undefined && theirs !== undefined) put(freeName(decided, path), theirs)
  } else if (typeof decision === 'object') put(path, decision.md5)
  else put(path, decision === 'ours' ? ours : theirs)
  return isClash(decided, path) ? undefined : decided
}

function isClash(files: FileList, path: string): boolean {
  if (!files.has(path)) return false
  const parts = path.split('/')
  const isInFile = parts.some((_, index) => index > 0 && files.has(parts.slice(0, index).join('/')))
  return isInFile || files.keys().some((other) => other.startsWith(`${path}/`))
}

function freeName(files: FileList, path: string): string {
  const [, stem = path, ending = ''] = /^(.*?[^/])(\.[^./]+)?$/s.exec(path) ?? []
  for (let count = 1; ; count++) {
    const name = `${stem}.theirs${count === 1 ? '' : `-${count}`}${ending}`
    if (!files.has(name)) return name
  }
}
