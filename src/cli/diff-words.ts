import { isRevision } from '../data/revision.ts'
import type { DataRepository } from '../data/repository.ts'
import { usageError } from './command.ts'

/** What `data diff` was asked for. */
export interface DiffWords {
  /** At most two. */
  readonly revisions: readonly string[]
  /** As the user gave it. */
  readonly path: string | undefined
}

/**
 * Up to two words that git knows as commits, and then a path.
 *
 * @throws INVALID_PARAMETER_VALUE for more than that
 */
export async function parseDiffWords(
  repository: DataRepository,
  env: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
  path: string | undefined,
): Promise<DiffWords> {
  const revisions: string[] = []
  for (const word of words.slice(0, 2)) {
    if (!(await isRevision(repository, env, word))) break
    revisions.push(word)
  }
  const [rest, ...more] = words.slice(revisions.length)
  if (more.length > 0) throw usageError('data diff', `"${rest ?? ''}" is no commit, branch or tag.`)
  if (rest !== undefined && path !== undefined) throw usageError('data diff', 'It takes one PATH.')
  return { revisions, path: path ?? rest }
}
