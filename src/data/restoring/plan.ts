import type { FileToMake } from '../hashing/make-files.ts'

/** What is in the way of a checkout, by paths from the root of the repository. */
export interface Problems {
  /** Files whose bytes are not in the cache, so that nothing could bring them back. */
  readonly unsaved: NamedPaths
  /** Files whose objects the cache lacks. */
  readonly missing: NamedPaths
  /** Files whose objects are damaged. */
  readonly damaged: NamedPaths
  /** Files that were changed through a hard link, and their objects with them. */
  readonly edited: NamedPaths
}

/** Paths that are counted, and of which the first ones are named: there may be millions. */
export interface NamedPaths {
  readonly count: number
  readonly first: readonly string[]
  add(path: string): void
}

/** More names than this are not read. */
const maxNames = 20

export function createProblems(): Problems {
  const create = (): NamedPaths => {
    const first: string[] = []
    let count = 0
    return {
      first,
      get count() {
        return count
      },
      add(path) {
        if (count++ < maxNames) first.push(path)
      },
    }
  }
  return { unsaved: create(), missing: create(), damaged: create(), edited: create() }
}

/** A file that goes away, as it was seen. */
export interface Removal {
  /** From the folder. */
  readonly path: string
  readonly mtimeMs: number
  readonly ino: number
}

/** What makes one file or folder what its `.dvc` file says, beside the files that are made and removed. */
export interface OutPlan {
  /** From the root of the repository; files are below it, or it is the file itself. */
  readonly path: string
  readonly links: readonly { readonly path: string; readonly target: string; readonly replaces: boolean }[]
  /** Empty ones. */
  readonly folders: readonly string[]
  readonly modes: readonly { readonly path: string; readonly isExecutable: boolean }[]
  readonly added: number
  readonly changed: number
  /** Whether the objects of all files were seen in the cache, also of those that stay. */
  readonly hasAllObjects: boolean
}

export type PlannedFile = (FileToMake & { readonly sha256: string | undefined }) | KeptFile

/** A file that is as it should be. */
export interface KeptFile {
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ino: number
  readonly hashes: string
}

export function emptyPlan(path: string): OutPlan {
  return { path, links: [], folders: [], modes: [], added: 0, changed: 0, hasAllObjects: false }
}
