import { type GitEnvironment, runGit } from './git.ts'
import type { GitPath } from './git-path.ts'

const maxListBytes = 256 << 20

/**
 * Those of these paths that Git LFS keeps elsewhere by the repository's attributes, whether it is installed or not.
 *
 * @param root absolute path of the work tree
 * @param env of `loadGitEnvironment`
 * @param paths from the root; they need not exist
 */
export async function findLfsPaths(
  root: string,
  env: GitEnvironment,
  paths: readonly GitPath[],
): Promise<ReadonlySet<GitPath>> {
  if (paths.length === 0) return new Set()
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1')
  const output = await runGit(root, env)(['check-attr', '-z', '--stdin', 'filter'], maxListBytes, input)
  const words = (output?.toString('latin1') ?? '').split('\0')
  const found = new Set<GitPath>()
  for (let index = 0; index + 2 < words.length; index += 3) {
    if (words[index + 2] === 'lfs') found.add(words[index] ?? '')
  }
  return found
}
