/** What is read of a repository, whether the program git is there or not. Paths are from its root, with `/`. */
export interface GitReader {
  /** Absolute path of the work tree's root, with links resolved. */
  readonly root: string
  /** The commit that a branch, a tag, a commit's name or one of these with `~2` stands for; undefined where there is none. */
  findCommit(revision: string): Promise<string | undefined>
  /** Names of the files and folders in a folder; `''` is the root. None where there is no such folder. */
  listFolder(commit: string, folder: string): Promise<readonly string[]>
  /** A file as it is stored, through no filter; undefined where there is none, or of more than 8 MB. */
  readBlob(commit: string, path: string): Promise<Buffer | undefined>
  /** Whether git leaves an untracked file or folder alone. */
  isIgnored(path: string): Promise<boolean>
}

/** Larger files are not read. */
export const maxBlobBytes = 8 << 20
