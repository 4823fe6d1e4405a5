import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from '../git/git.ts'
import { pointerEnding } from './pointer.ts'

/** The `.dvc` files of a repository, as they are on disk or as a commit has them. Paths are from its root, with `/`. */
export interface PointerFiles {
  /** Names of those in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Undefined where there is none. */
  read(path: string): Promise<string | undefined>
}

const maxListBytes = 64 << 20

/** @param root absolute path of the repository */
export function openWorkTreePointers(root: string): PointerFiles {
  return {
    list: async (folder) => (await readdir(join(root, folder)).catch(() => [])).filter(isPointer),
    read: (path) => readFile(join(root, path), 'utf8').catch(() => undefined),
  }
}

/**
 * @param git at the root of the Git repository
 * @param prefix where in it the repository with the data lies, with `/`; empty where it is the same
 */
export function openCommitPointers(git: Git, commit: string, prefix: string): PointerFiles {
  const nameOf = (path: string) => `${commit}:${[prefix, path].filter((part) => part !== '').join('/')}`
  return {
    async list(folder) {
      const listed = await git(['ls-tree', '-z', '--name-only', nameOf(folder)], maxListBytes)
      return (listed?.toString() ?? '').split('\0').filter(isPointer)
    },
    read: async (path) => (await git(['cat-file', 'blob', nameOf(path)]))?.toString(),
  }
}

function isPointer(name: string): boolean {
  return name.endsWith(pointerEnding) && name !== pointerEnding
}
