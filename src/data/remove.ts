import { rmSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { openDataCache } from './cache.ts'
import { checkPlace } from './checkout.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { unprotect } from './history/unprotect.ts'
import type { DataRepository } from './repository.ts'
import { readStatus } from './status.ts'
import type { Work } from './work.ts'
import { unignoreInGit } from './writing/gitignore.ts'
import { lockRepository } from './writing/lock-repository.ts'
import { refuseInUse } from './writing/refuse-in-use.ts'

export interface RemoveOptions {
  /** From the root of the repository: of data, or of its `.dvc` file. */
  readonly paths: readonly string[]
  /** Deletes the data from the workspace, too; in the cache it stays. */
  readonly isWithData: boolean
  /** Also data that is in no cache. */
  readonly isForced: boolean
}

export interface Removed {
  /** From the root of the repository. */
  readonly pointer: string
  readonly paths: readonly string[]
}

/**
 * Takes data out of version control: its `.dvc` file and its line in `.gitignore`. The data stays in the workspace, as
 * files of its own where it was linked to the cache, and in the cache as long as some version needs it.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for what no `.dvc` file stands for; RESOURCE_CONFLICT where data to be deleted is in no
 *   cache; before anything is changed. CANCELLED, STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function removePaths(
  repository: DataRepository,
  { paths, isWithData, isForced }: RemoveOptions,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Removed[]> {
  const named = chooseOuts(listOuts(await findPointers(repository, env)), paths)
  if (isWithData && !isForced) await checkSaved(repository, named, work, env)
  using cache = openDataCache(repository)
  using _lock = await lockRepository(repository, cache, work)
  // What one `.dvc` file stands for goes together.
  const pointers = new Set(named.map(({ found }) => found.path))
  const all = listOuts(await findPointers(repository, env)).filter(({ found }) => pointers.has(found.path))
  for (const { path } of all) checkPlace(repository, path)
  refuseInUse(repository, all)
  for (const { path } of isWithData ? [] : all) unprotect(repository, path, work)
  return [...pointers].map((pointer) => {
    const outs = all.filter(({ found }) => found.path === pointer).map(({ path }) => path)
    unlinkSync(join(repository.root, pointer))
    for (const path of outs) {
      if (isWithData) rmSync(join(repository.root, path), { recursive: true, force: true })
      unignoreInGit(repository, path)
    }
    return { pointer, paths: outs }
  })
}

async function checkSaved(
  repository: DataRepository,
  outs: readonly TrackedOut[],
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const statuses = await readStatus(repository, [...new Set(outs.map(({ found }) => found.path))], work, env)
  const isSaved = statuses.filter(
    ({ state, notInCache }) => state === 'missing' || (state === 'clean' && notInCache.count === 0),
  )
  const unsaved = statuses.find((status) => !isSaved.includes(status))
  if (unsaved === undefined) return
  throw new RunwrightError(
    'RESOURCE_CONFLICT',
    `${unsaved.path} is not in the cache as it is now, and would be lost.`,
    {
      hint: `"runwright data commit ${unsaved.path}" keeps it; --force gives it up. Nothing was removed.`,
    },
  )
}
