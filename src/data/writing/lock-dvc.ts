import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { DataRepository } from '../repository.ts'

/** The lock that a command of DVC has while it runs. */
export function dvcLockFile(temporaryFolder: string): string {
  return join(dirname(temporaryFolder), 'lock')
}

/** Takes part in no lock. */
const noLock: Disposable = { [Symbol.dispose]: () => undefined }

/** Of macOS, which Node does not name: the file is locked as flock(2) does it, in the call that opens it. */
const openLocked = 0x20

/**
 * Takes DVC's own lock, flock(2) on `.dvc/tmp/lock`, so that DVC waits for us as we do for it. The system releases it
 * when the process ends in whatever way.
 *
 * Node has no flock. On macOS a flag of open(2) does it. Elsewhere the program `flock` locks the open file that it is
 * given, and the lock belongs to that file, which stays open here when the program has ended. Where there is no such
 * program, and on Windows, where DVC locks a byte of the file, there is nothing to take, and DVC is not seen.
 *
 * @returns undefined while DVC has it
 * @throws INVALID_STATE where the lock is one by hard links and DVC has it; STORAGE_FULL, STORAGE_READ_ONLY
 * @see https://github.com/treeverse/dvc/blob/3.67.1/dvc/lock.py
 */
export function tryDvcLock(repository: DataRepository): Disposable | undefined {
  const path = dvcLockFile(repository.temporaryFolder)
  if (repository.config.get('core')?.get('hardlink_lock')?.toLowerCase() === 'true') return checkHardLink(path)
  if (process.platform === 'win32') return noLock
  const own = process.platform === 'darwin' ? openLocked | constants.O_NONBLOCK : 0
  const fd = openFile(path, own)
  if (fd === undefined) return undefined
  const answer = own === 0 ? lockOpenFile(fd) : 'locked'
  if (answer === 'locked') return { [Symbol.dispose]: () => closeSync(fd) }
  closeSync(fd)
  return answer === 'busy' ? undefined : noLock
}

function openFile(path: string, flags: number): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | flags, 0o666)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined
    throw toStorageError(error, path)
  }
}

function lockOpenFile(fd: number): 'locked' | 'busy' | 'unable' {
  const { status } = spawnSync('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  })
  if (status === 0) return 'locked'
  return status === 1 ? 'busy' : 'unable'
}

/**
 * With `core.hardlink_lock` the file is there while DVC runs, and stays when it is killed, so that nobody is waited for.
 * Ours would stay, too, so there is none. Its time is the one until which it is held.
 */
function checkHardLink(path: string): Disposable {
  const heldUntil = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (heldUntil === undefined || heldUntil < Date.now()) return noLock
  throw new RunwrightError('INVALID_STATE', `DVC is at work in this repository: it has ${path}.`, {
    hint: 'Try again when it is done. Where no "dvc" runs any more, one was killed: remove the file.',
  })
}
