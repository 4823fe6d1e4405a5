import type { Work } from '../data/work.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { GitPath } from '../git/git-path.ts'
import { checkOutLfsFiles } from './checkout.ts'
import type { LfsContext } from './context.ts'
import { fetchLfsFiles, type FetchResult } from './fetch.ts'
import type { LfsFile } from './files.ts'
import type { LfsRepository } from './repository.ts'
import { updateIndex } from './update-index.ts'

export interface PullResult extends FetchResult {
  readonly checkedOut: readonly LfsFile[]
  /** Why git could not look at them anew, so that it calls them changed; undefined when it did. */
  readonly indexError: RunwrightError | undefined
}

/**
 * Fetches what the work tree has pointers of, and puts the contents in their places, which git is told.
 *
 * @param paths of files and folders; none: all
 * @throws what `fetchLfsFiles` and `checkOutLfsFiles` throw
 */
export async function pullLfsFiles(
  repository: LfsRepository,
  { paths, remote }: { readonly paths: readonly GitPath[]; readonly remote: string | undefined },
  context: LfsContext,
  work: Work,
): Promise<PullResult> {
  const fetched = await fetchLfsFiles(repository, { revision: undefined, paths, remote }, context, work)
  const { checkedOut, failures } = await checkOutLfsFiles(repository, fetched.files, work)
  const indexError = await updateIndex(repository, checkedOut, { isNew: false }).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof RunwrightError) return error
      throw error
    },
  )
  return { ...fetched, checkedOut, indexError, failures: [...fetched.failures, ...failures] }
}
