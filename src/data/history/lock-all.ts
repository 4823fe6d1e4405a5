import { join } from 'node:path'
import { openDataCache } from '../cache.ts'
import { type DataRepository, isWithoutGit, openDataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import { lockRepository } from '../writing/lock-repository.ts'
import { openGitSide } from './git-side.ts'
import { listWorkTrees } from './roots.ts'

/**
 * Takes the locks of repositories and of all their work trees that have the same cache, each in the same order, so that
 * two that do so wait for one another rather than for ever.
 *
 * @throws CANCELLED while it waits
 */
export async function lockAll(
  repositories: readonly DataRepository[],
  env: Readonly<Record<string, string | undefined>>,
  work: Work,
): Promise<Disposable> {
  const all = new Map<string, DataRepository>()
  for (const repository of repositories) {
    for (const each of [repository, ...(await listLinked(repository, env))]) all.set(each.root, each)
  }
  using locks = new DisposableStack()
  for (const [, each] of [...all].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    using cache = openDataCache(each)
    locks.use(await lockRepository(each, cache, work))
  }
  return locks.move()
}

/** The same repository in other work trees. */
async function listLinked(
  repository: DataRepository,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly DataRepository[]> {
  if (isWithoutGit(repository)) return []
  const side = await openGitSide(repository, env)
  const opened = (await listWorkTrees(side)).map((root) =>
    openDataRepository(join(root, side.prefix)).catch(() => undefined),
  )
  const isShared = (each: DataRepository | undefined) => each?.cacheFolder === repository.cacheFolder
  return (await Promise.all(opened)).filter((each) => each !== undefined).filter(isShared)
}
