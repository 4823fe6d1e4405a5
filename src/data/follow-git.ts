import { isThere } from '../git/is-there.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { type CheckedOut, checkoutPaths } from './checkout.ts'
import { findPointers } from './find-pointers.ts'
import { openGitSide, type GitSide } from './history/git-side.ts'
import { listVersionsOf } from './list-versions.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'

export interface Followed {
  readonly checkedOut: readonly CheckedOut[]
  /** `.dvc` files whose data was left as it was. */
  readonly left: readonly { readonly pointer: string; readonly error: RunwrightError }[]
}

/**
 * Makes the data what the `.dvc` files say after git has changed them, as far as it can be done: what the cache lacks,
 * and what would be lost, stays as it is.
 *
 * @returns undefined in the middle of a rebase, where git goes through versions that nobody looks at
 * @throws CANCELLED; INVALID_PARAMETER_VALUE for a `.dvc` file that cannot be read
 */
export async function followCheckout(
  repository: DataRepository,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Followed | undefined> {
  if (await isRebasing(await openGitSide(repository, env))) return undefined
  try {
    return { checkedOut: await checkoutPaths(repository, { paths: undefined, isForced: false }, work, env), left: [] }
  } catch (error) {
    throwIfCancelled(work)
    if (!(error instanceof RunwrightError)) throw error
  }
  const checkedOut: CheckedOut[] = []
  const left: { pointer: string; error: RunwrightError }[] = []
  for (const { path } of await findPointers(repository, env)) {
    try {
      checkedOut.push(...(await checkoutPaths(repository, { paths: [path], isForced: false }, work, env)))
    } catch (error) {
      throwIfCancelled(work)
      if (!(error instanceof RunwrightError)) throw error
      left.push({ pointer: path, error })
    }
  }
  return { checkedOut, left }
}

async function isRebasing({ git }: GitSide): Promise<boolean> {
  const names = ['--git-path', 'rebase-merge', '--git-path', 'rebase-apply']
  const folders = (await git(['rev-parse', '--path-format=absolute', ...names]))?.toString().trim().split('\n') ?? []
  return (await Promise.all(folders.map(isThere))).includes(true)
}

/**
 * What the commits need that a push sends.
 *
 * @param refs what git gives the hook `pre-push` to read
 */
export async function listPushedVersions(
  repository: DataRepository,
  refs: string,
  work: Pick<Work, 'signal'>,
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof listVersionsOf> {
  const commits = refs.split('\n').flatMap((line) => /^\S+ ([0-9a-f]{40,64}) /.exec(line)?.[1] ?? [])
  // A branch that is deleted has zeros.
  return listVersionsOf(
    repository,
    commits.filter((name) => !/^0+$/.test(name)),
    env,
    work,
  )
}
