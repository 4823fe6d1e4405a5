import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { type GitReader, maxBlobBytes } from './git-reader.ts'
import { openGit } from './git.ts'
import { openWithoutGit } from './without-git/reader.ts'

const maxListBytes = 64 << 20

/**
 * Opens the repository that a folder lies in: by the system's git, else by an implementation in JavaScript, which is loaded then.
 *
 * @param env git is found with
 * @returns undefined where there is no repository
 * @throws NOT_IMPLEMENTED without git, for a repository that the implementation would read wrongly
 */
export async function openGitReader(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitReader | undefined> {
  return (await hasGit(env)) ? openBySystem(folder, env) : openWithoutGit(folder)
}

/** Whether the program git is on the PATH. */
export async function hasGit(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const name = process.platform === 'win32' ? 'git.exe' : 'git'
  for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    if (folder === '') continue
    const isThere = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return true
  }
  return false
}

async function openBySystem(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitReader | undefined> {
  const top = (await (await openGit(folder, env))(['rev-parse', '--show-toplevel']))?.toString().replace(/\r?\n$/, '')
  if (top === undefined || top === '') return undefined
  const git = await openGit(top, env)
  return {
    root: top,
    async findCommit(revision) {
      const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
      return found?.toString().trim()
    },
    async listFolder(commit, path) {
      const listed = await git(['ls-tree', '-z', '--name-only', `${commit}:${path}`], maxListBytes)
      return (listed?.toString() ?? '').split('\0').filter((name) => name !== '')
    },
    readBlob: (commit, path) => git(['cat-file', 'blob', `${commit}:${path}`], maxBlobBytes),
    isIgnored: async (path) => (await git(['check-ignore', '--quiet', '--', path])) !== undefined,
  }
}
