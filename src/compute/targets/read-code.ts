import { rememberLast } from '../../base/remember-last.ts'
import { type CodePart, listCodeParts } from '../code/code-parts.ts'
import { openCodeFiles } from '../environment/code-files.ts'
import { findLocks, type Lock } from '../environment/locks.ts'

/** The code of an attempt, and what of its environment is pinned in it. */
export interface ReadCode {
  readonly parts: readonly CodePart[]
  readonly locks: readonly Lock[]
}

/**
 * @param workingDirectory of the command, relative to the root of the code
 * @throws INVALID_STATE for locks that are not clear
 */
export async function readLocks(parts: readonly CodePart[], workingDirectory: string): Promise<readonly Lock[]> {
  const [own] = parts
  return own === undefined ? [] : findLocks(openCodeFiles(own), workingDirectory)
}

/**
 * Reads the code of a commit in the repository of that root. It stays as it is, and a sweep launches many jobs of one
 * commit, so it is read once for those in a row. The reader throws RESOURCE_DOES_NOT_EXIST for a commit that is not there,
 * and what `readLocks` throws.
 */
export function createCodeReader(
  env: Readonly<Record<string, string | undefined>>,
): (repository: string, commit: string, workingDirectory: string) => Promise<ReadCode> {
  return rememberLast(async (repository: string, commit: string, workingDirectory: string) => {
    const parts = await listCodeParts(repository, commit, env)
    return { parts, locks: await readLocks(parts, workingDirectory) }
  })
}
