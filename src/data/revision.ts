import { findCommit, openGitSide } from './history/git-side.ts'
import type { DataRepository } from './repository.ts'

/** Whether git knows a commit by this name. @throws INVALID_STATE without git */
export async function isRevision(
  repository: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): Promise<boolean> {
  return (await findCommit(await openGitSide(repository, env), name)) !== undefined
}
