import { lstatSync, mkdirSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../../git/is-alive.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { openLock } from '../../store/lock.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { DataCache } from '../cache.ts'
import { findWriter } from '../hashing/store-object.ts'
import type { DataRepository } from '../repository.ts'
import { isUnfinishedIndex } from '../workspace/file-index.ts'
import type { Work } from '../work.ts'
import { dvcLockFile, tryDvcLock } from './lock-dvc.ts'

/** The right to write `.dvc` files, the index and the workspace; one command at a time has it. */
export interface RepositoryLock extends Disposable {
  /** When it was taken, by the clock of the file system: milliseconds since 1970. */
  readonly takenMs: number
}

/** How often a lock is tried that another command has. */
const retryMs = 100
/** Each time a program is started. */
const dvcRetryMs = 250

/**
 * Takes the lock and DVC's own, waits for whoever has one of them, and cleans up what killed commands have left.
 *
 * @throws CANCELLED while it waits; STORAGE_FULL, STORAGE_READ_ONLY; what `tryDvcLock` throws
 */
export async function lockRepository(
  repository: DataRepository,
  cache: DataCache,
  work: Work,
): Promise<RepositoryLock> {
  const { temporaryFolder } = repository
  const beside = besideFolder(temporaryFolder)
  prepare(beside)
  using locks = new DisposableStack()
  locks.use(await waitFor(() => openLock(join(temporaryFolder, 'lock')), retryMs, work))
  // Always in this order, and DVC knows the second one alone, so nobody waits in a circle.
  locks.use(await waitFor(() => tryDvcLock(repository), dvcRetryMs, work))
  for (const folder of [beside, cache.temporaryFolder]) removeAbandoned(folder, isAbandoned)
  removeAbandoned(indexFolder(temporaryFolder), isUnfinishedIndex)
  return stampLock(locks.move(), temporaryFolder)
}

function stampLock(lock: Disposable, temporaryFolder: string): RepositoryLock {
  using held = new DisposableStack()
  held.use(lock)
  const takenMs = readClock(join(temporaryFolder, 'clock'))
  const owned = held.move()
  return { takenMs, [Symbol.dispose]: () => owned.dispose() }
}

async function waitFor<Lock>(take: () => Lock | undefined, everyMs: number, { signal, progress }: Work): Promise<Lock> {
  for (;;) {
    const lock = take()
    if (lock !== undefined) return lock
    progress({ phase: 'wait', doneFiles: 0, totalFiles: undefined, doneBytes: 0, totalBytes: undefined })
    await delay(everyMs, undefined, { signal }).catch(() => {
      throw new RunwrightError('CANCELLED', 'Cancelled.')
    })
  }
}

/** Takes the lock, and not DVC's, if nobody has it: enough to remember what was seen. */
export function tryLockRepository({ temporaryFolder }: DataRepository): RepositoryLock | undefined {
  prepare(besideFolder(temporaryFolder))
  const lock = openLock(join(temporaryFolder, 'lock'))
  return lock && stampLock(lock, temporaryFolder)
}

/** Where files of the workspace are written before they are moved to their places. */
export function besideFolder(temporaryFolder: string): string {
  return join(temporaryFolder, 'new')
}

/** Where indexes of file states are. */
export function indexFolder(temporaryFolder: string): string {
  return join(temporaryFolder, 'index')
}

/** A repository can bring links along, and what is written through one lands where its author wants it. */
function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw new RunwrightError('STORAGE_READ_ONLY', `${path} is a symbolic link, so it is not written through.`, {
    hint: 'Remove the link; what it leads to can be made anew at any time.',
  })
}

function prepare(beside: string): void {
  const own = join(beside, '..')
  for (const path of [join(own, '..'), own, beside, indexFolder(own), dvcLockFile(own)]) refuseLink(path)
  try {
    mkdirSync(beside, { recursive: true })
    mkdirSync(indexFolder(own), { recursive: true })
  } catch (error) {
    throw toStorageError(error, beside)
  }
}

/** Another machine may be writing to a cache that both share: its files are left alone. */
function isAbandoned(name: string): boolean {
  const writer = findWriter(name)
  return writer !== undefined && !isAlive(writer)
}

function removeAbandoned(folder: string, isLeft: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    if (!isLeft(name)) continue
    try {
      unlinkSync(join(folder, name))
    } catch {
      // Somebody else was quicker.
    }
  }
}

/** The time that a file would get now, which is not this machine's on a network file system. */
export function readClock(path: string): number {
  try {
    writeFileSync(path, '.')
    return statSync(path).mtimeMs
  } catch (error) {
    throw toStorageError(error, path)
  }
}

/**
 * Waits until the clock of the file system is past a time: what changes in the tick in which an index is written is not
 * believed by the index's next reader.
 */
export async function passTick({ temporaryFolder }: DataRepository, timeMs: number): Promise<void> {
  const clock = join(temporaryFolder, 'clock')
  for (let tries = 0; tries < 10 && readClock(clock) <= timeMs; tries++) await delay(2)
}
