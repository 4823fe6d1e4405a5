import type { DataDiff } from './data-diff.ts'

/** What `runwright data compare PATH --json` prints: two versions of something under version control. */
export interface DataComparison {
  /** From the root of the repository. */
  readonly path: string
  readonly old: VersionName
  readonly new: VersionName
  readonly diff: DataDiff
  /** Images of which both versions are here, and not too large to be shown. */
  readonly images: readonly ComparedImage[]
}

/** Which version it is: the files in the workspace, what the `.dvc` file says, or that of a commit. */
export type VersionName =
  | { readonly kind: 'workspace' }
  | { readonly kind: 'recorded'; readonly pointer: string }
  | {
      readonly kind: 'commit'
      readonly commit: string
      readonly subject: string
      /** Milliseconds since 1970-01-01 UTC. */
      readonly authoredAt: number
    }

export interface ComparedImage {
  /** In the folder; empty for a file itself. */
  readonly path: string
  /** Absolute paths of the contents. */
  readonly old: string
  readonly new: string
}
