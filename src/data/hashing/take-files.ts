import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { hash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { LinkType } from '../repository.ts'
import { type HashName, unknownMd5, unknownSha256 } from './hash-digits.ts'
import { readFully } from './read-fully.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import { changedMeanwhile, codeOf, linkObject, type ObjectPlace, type ObjectStat, storeBytes } from './store-object.ts'
import { type FileToTake, type Hashed, takeBig } from './take-big.ts'

/** Files to be hashed and, where there is a place for objects, stored. */
export interface TakeRequest {
  /** Absolute; every path is below it. */
  readonly folder: string
  readonly paths: readonly string[]
  readonly store: ObjectPlace | undefined
  /** The one hash that is wanted, of files that are not stored; the other one's digits are zeros. Default: both. */
  readonly only?: HashName | undefined
}

export interface TakenFiles {
  /**
   * Five numbers a file: size in bytes, time of change in milliseconds and inode of the file; the latter two also of its
   * object, or zeros where there was one before.
   */
  readonly numbers: Float64Array
  /** 96 hex digits a file: md5, then SHA-256. */
  readonly hashes: string
}

export const numbersPerFile = 5

/** Up to here a file is read in one go. */
const smallBytes = 1 << 20

/** One for a thread; it grows to what is needed. */
let scratch = Buffer.allocUnsafeSlow(1 << 16)

/**
 * Reads each file once, for both hashes and for its object. It blocks its thread.
 *
 * @throws CANCELLED; RESOURCE_CONFLICT when a file changes meanwhile; what the system says, with the file's path
 */
export function takeFiles(request: TakeRequest, shared: SharedProgress): TakenFiles {
  const { folder, paths } = request
  const numbers = new Float64Array(paths.length * numbersPerFile)
  const hashes: string[] = []
  for (const [index, path] of paths.entries()) {
    throwIfCancelledShared(shared)
    const taken = takeOrExplain(`${folder}/${path}`, request, shared)
    const { size, mtimeMs, ino } = taken.file
    numbers.set([size, mtimeMs, ino, taken.object?.mtimeMs ?? 0, taken.object?.ino ?? 0], index * numbersPerFile)
    hashes.push(taken.md5, taken.sha256)
  }
  return { numbers, hashes: hashes.join('') }
}

/** A thread passes on an error’s words only, so they have to say it all. */
function takeOrExplain(path: string, { store, only }: TakeRequest, shared: SharedProgress): Taken {
  try {
    return takeFile(path, { store, only }, shared)
  } catch (error) {
    throw toStorageError(error, store === undefined ? path : `an object of ${path}`)
  }
}

function openToRead(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') throw changedMeanwhile(path)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new RunwrightError('PERMISSION_DENIED', `${path} cannot be read.`, {
      hint: 'Give your user the right to read it, or name it in .dvcignore.',
      cause: error,
    })
  }
}

interface Taken {
  readonly file: ObjectStat
  /** Undefined where it was there already, or is not wanted. */
  readonly object: ObjectStat | undefined
  readonly md5: string
  readonly sha256: string
}

function takeFile(path: string, { store, only }: Pick<TakeRequest, 'store' | 'only'>, shared: SharedProgress): Taken {
  const fd = openToRead(path)
  try {
    const stat = fstatSync(fd)
    // An executable file has a mode of its own, which a link would share with the object.
    const copies = store !== undefined && ((stat.mode & 0o111) !== 0 || !isLinking(store.types))
    const [md5, sha256, stored] =
      stat.size <= smallBytes
        ? takeSmall({ fd, path, size: stat.size, store: copies ? store : undefined, only }, shared)
        : takeBig({ fd, path, size: stat.size, store: copies ? store : undefined, only }, shared)
    if (store === undefined || copies) return { file: stat, object: stored, md5, sha256 }
    const linked = linkObject(path, stat, md5, store)
    // Where it cannot be linked it is read once more, and copied.
    return linked === undefined
      ? takeFile(path, { store: { ...store, types: ['copy'] } }, shared)
      : { md5, sha256, ...linked }
  } finally {
    closeSync(fd)
  }
}

function isLinking([first]: readonly LinkType[]): boolean {
  return first === 'hardlink' || first === 'symlink'
}

function takeSmall({ fd, path, size, store, only }: FileToTake, shared: SharedProgress): Hashed {
  // One that has grown since shows by its size and time when it is looked at the next time.
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(Math.min(smallBytes, size * 2))
  const bytes = scratch.subarray(0, readFully(fd, scratch, size))
  if (bytes.length !== size) throw changedMeanwhile(path)
  const md5 = only === 'sha256' ? unknownMd5 : hash('md5', bytes, 'hex')
  const sha256 = only === 'md5' ? unknownSha256 : hash('sha256', bytes, 'hex')
  addSharedBytes(shared, size)
  return [md5, sha256, store && storeBytes(bytes, md5, store)]
}
