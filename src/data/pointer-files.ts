import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitReader } from '../git/git-reader.ts'
import { pointerEnding } from './pointer.ts'
import { readSmallFile } from './read-small-file.ts'

/** The `.dvc` files of a repository, as they are on disk or as a commit has them. Paths are from its root, with `/`. */
export interface PointerFiles {
  /** Names of those in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Undefined where there is none. */
  read(path: string): Promise<string | undefined>
}

/** @param root absolute path of the repository */
export function openWorkTreePointers(root: string): PointerFiles {
  return {
    list: async (folder) => (await readdir(join(root, folder)).catch(() => [])).filter(isPointer),
    read: (path) => readSmallFile(join(root, path)).catch(() => undefined),
  }
}

/**
 * @param commit or a branch, or a tag
 * @param prefix where in the Git repository the one with the data lies, with `/`; empty where it is the same
 */
export function openCommitPointers(git: GitReader, commit: string, prefix: string): PointerFiles {
  const placeOf = (path: string) => [prefix, path].filter((part) => part !== '').join('/')
  let found: Promise<string | undefined> | undefined
  const find = () => (found ??= git.findCommit(commit))
  return {
    async list(folder) {
      const id = await find()
      return id === undefined ? [] : (await git.listFolder(id, placeOf(folder))).filter(isPointer)
    },
    async read(path) {
      const id = await find()
      return id === undefined ? undefined : (await git.readBlob(id, placeOf(path)))?.toString()
    },
  }
}

function isPointer(name: string): boolean {
  return name.endsWith(pointerEnding) && name !== pointerEnding
}
