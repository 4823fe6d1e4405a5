import type { FileToMake } from '../hashing/make-files.ts'

/** What is in the way of a checkout, by paths from the root of the repository. */
export interface Problems {
  /** Files whose bytes are not in the cache, so that nothing could bring them back. */
  readonly unsaved: string[]
  /** Files whose objects the cache lacks. */
  readonly missing: string[]
  /** Files whose objects are damaged. */
  readonly damaged: string[]
  /** Files that were changed through a hard link, and their objects with them. */
  readonly edited: string[]
}

export function createProblems(): Problems {
  return { unsaved: [], missing: [], damaged: [], edited: [] }
}

/** A file that goes away, as it was seen. */
export interface Removal {
  /** From the folder. */
  readonly path: string
  readonly mtimeMs: number
  readonly ino: number
}

/** What makes one file or folder what its `.dvc` file says. */
export interface OutPlan {
  /** From the root of the repository; files are below it, or it is the file itself. */
  readonly path: string
  readonly removals: readonly Removal[]
  readonly links: readonly { readonly path: string; readonly target: string; readonly replaces: boolean }[]
  /** Empty ones. */
  readonly folders: readonly string[]
  readonly modes: readonly { readonly path: string; readonly isExecutable: boolean }[]
  readonly added: number
  readonly changed: number
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
  return { path, removals: [], links: [], folders: [], modes: [], added: 0, changed: 0 }
}
