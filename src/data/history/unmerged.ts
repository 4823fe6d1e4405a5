import type { GitSide } from './git-side.ts'

/** The blobs of a file that git could not merge, by the stages of its index: 1 the base, 2 ours, 3 theirs. */
export type Stages = ReadonlyMap<string, string>

/**
 * What git's index has of files in conflict.
 *
 * @param paths from the root of the data repository
 * @returns by path; a path that is in no conflict is missing
 */
export async function listUnmerged(
  { git, prefix }: Pick<GitSide, 'git' | 'prefix'>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Stages>> {
  const found = new Map<string, Map<string, string>>()
  if (paths.length === 0) return found
  const specs = paths.map((path) => `:(top,literal)${prefix}${path}`)
  const listed = (await git(['ls-files', '--full-name', '--unmerged', '-z', '--', ...specs]))?.toString() ?? ''
  for (const [, blob = '', stage = '', name = ''] of listed.matchAll(/(?:^|\0)\d+ ([0-9a-f]+) ([123])\t([^\0]*)/g)) {
    const path = name.slice(prefix.length)
    found.set(path, (found.get(path) ?? new Map<string, string>()).set(stage, blob))
  }
  return found
}
