import { RunwrightError } from '../../protocol/errors.ts'
import { openDataCache } from '../cache.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import type { DataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import { openSingleFiles } from '../workspace/single-files.ts'
import { lockRepository, type RepositoryLock, tryLockRepository } from './lock-repository.ts'
import type { Recording } from './record-path.ts'

/**
 * Opens all that a command on the workspace needs, once it has the repository for itself.
 *
 * @throws CANCELLED; STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function openRecording(repository: DataRepository, work: Work): Promise<Recording & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const cache = opened.use(openDataCache(repository))
  const lock = opened.use(await lockRepository(repository, cache, work))
  const pool = opened.use(openHashPool(work.signal))
  const singles = openSingleFiles(repository.temporaryFolder)
  const owned = opened.move()
  return { repository, cache, lock, pool, singles, work, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What looks at the workspace has of a `Recording`. */
export interface Reading extends Recording {
  /**
   * Whether what is seen may be remembered: nobody else is at work. The repository is locked once this, or the lock, is
   * asked for; what finds all as it was needs neither.
   */
  readonly canSave: boolean
}

/** As `openRecording`, for what changes nothing. It does not wait. */
export async function openReading(repository: DataRepository, work: Work): Promise<Reading & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const cache = opened.use(openDataCache(repository, { isForReading: true }))
  const pool = opened.use(openHashPool(work.signal))
  const singles = openSingleFiles(repository.temporaryFolder)
  const owned = opened.move()
  let tried: { readonly lock: RepositoryLock | undefined } | undefined
  const findLock = () => {
    tried ??= { lock: owned.use(tryLock(repository)) }
    return tried.lock
  }
  return {
    repository,
    cache,
    pool,
    singles,
    work,
    get lock() {
      return findLock() ?? noLock
    },
    get canSave() {
      return findLock() !== undefined
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Nothing that is seen is old enough to be remembered. */
const noLock: RepositoryLock = { takenMs: 0, [Symbol.dispose]: () => undefined }

/** On a disk that is full or cannot be written, what is seen is not remembered. */
function tryLock(repository: DataRepository): RepositoryLock | undefined {
  try {
    return tryLockRepository(repository)
  } catch (error) {
    if (error instanceof RunwrightError && error.code.startsWith('STORAGE_')) return undefined
    throw error
  }
}
