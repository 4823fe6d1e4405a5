import { join } from 'node:path'
import { openDataCache } from './cache.ts'
import { findTracked } from './history/find-tracked.ts'
import { setFrozen } from './history/pointer-text.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { lockRepository } from './writing/lock-repository.ts'
import { replaceFile } from './writing/replace-file.ts'

/**
 * Locks a version of data, or unlocks it: neither `commit` nor `restore` changes the `.dvc` file of what is locked. It is
 * what `dvc freeze` does, byte for byte.
 *
 * @param path from the root of the repository
 * @returns path of the `.dvc` file, and whether it was otherwise before
 * @throws RESOURCE_DOES_NOT_EXIST where no `.dvc` file stands for it; STORAGE_FULL, STORAGE_READ_ONLY, CANCELLED
 */
export async function freezePath(
  repository: DataRepository,
  path: string,
  isFrozen: boolean,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly pointer: string; readonly isChanged: boolean }> {
  using cache = openDataCache(repository)
  using _lock = await lockRepository(repository, cache, work)
  const { found } = await findTracked(repository, path, env)
  const isChanged = found.pointer.isFrozen !== isFrozen
  if (isChanged) {
    const text = setFrozen(found.text, isFrozen, found.path)
    replaceFile(join(repository.root, found.path), text, repository.temporaryFolder)
  }
  return { pointer: found.path, isChanged }
}
