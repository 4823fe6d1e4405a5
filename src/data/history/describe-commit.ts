import type { VersionName } from '../../protocol/data-comparison.ts'
import { type GitSide, resolveCommit } from './git-side.ts'

/** What a commit is called. @throws RESOURCE_DOES_NOT_EXIST */
export async function describeCommit(side: GitSide, revision: string): Promise<VersionName> {
  const commit = await resolveCommit(side, revision)
  const shown = await side.git(['show', '--no-patch', '--format=%at%x00%s', commit])
  const [seconds = '0', subject = ''] = shown?.toString().trim().split('\0') ?? []
  return { kind: 'commit', commit, subject, authoredAt: Number(seconds) * 1000 }
}
