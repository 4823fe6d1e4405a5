import { posix } from 'node:path'
import { type GitEnvironment, runGit } from '../../git/git.ts'

/** The tree of a snapshot, as far as it is known here. */
export interface CodeTree {
  /** Absolute path of the repository's root on this machine. */
  readonly root: string
  /** Object name. */
  readonly tree: string
  /** What git is run with there. */
  readonly env: GitEnvironment
}

/** Looks into the files of a snapshot; paths are relative to its root, with `/`, and `` is the root itself. */
export interface CodeFiles {
  /** Names in a folder; empty where there is none. */
  list(folder: string): Promise<readonly string[]>
  /** Undefined where there is no file, or one of more than 16 MB. */
  read(path: string): Promise<string | undefined>
  /** What identifies a file's or folder's content; undefined where there is neither. */
  identify(path: string): Promise<string | undefined>
}

const maxFileBytes = 16 << 20

export function openCodeFiles({ root, tree, env }: CodeTree): CodeFiles {
  const git = runGit(root, env)
  const lines = (output: Buffer | undefined) => (output?.toString() ?? '').split('\0').filter((line) => line !== '')
  return {
    list: async (folder) => lines(await git(['ls-tree', '--name-only', '-z', `${tree}:${folder}`], maxFileBytes)),
    read: async (path) => (await git(['cat-file', 'blob', `${tree}:${path}`], maxFileBytes))?.toString(),
    identify: async (path) =>
      (await git(['rev-parse', '--verify', '--quiet', path === '' ? tree : `${tree}:${path}`]))?.toString().trim(),
  }
}

/** A path as written in a file of `folder`, from the root; undefined when it leads out of it. */
export function resolveInCode(folder: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const resolved = posix.normalize(posix.join(folder, path)).replace(/\/$/, '')
  if (resolved === '..' || resolved.startsWith('../')) return undefined
  return resolved === '.' ? '' : resolved
}

/** The folder and those above it, nearest first, to the root. */
export function foldersUpwards(folder: string): readonly string[] {
  const names = (resolveInCode('', folder) ?? '').split('/').filter((name) => name !== '')
  return [...names.keys(), names.length].map((count) => names.slice(0, count).join('/')).toReversed()
}
