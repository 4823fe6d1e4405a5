import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { type HashName, unknownMd5, unknownSha256 } from './hash-digits.ts'
import { tryClone } from './try-clone.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import {
  changedMeanwhile,
  keepObject,
  objectMode,
  type ObjectPlace,
  type ObjectStat,
  removeQuietly,
  temporaryName,
  writeFully,
} from './store-object.ts'

export interface FileToTake {
  /** Open for reading, at its beginning. */
  readonly fd: number
  readonly path: string
  readonly size: number
  /** Where a copy of it goes, if one is wanted. */
  readonly store: ObjectPlace | undefined
  /** As `TakeRequest` has it. */
  readonly only: HashName | undefined
}

export type Hashed = readonly [md5: string, sha256: string, object: ObjectStat | undefined]

/** What is read, hashed and written before the next: less than that costs calls, more does not stay near the processor. */
const pieceBytes = 1 << 17

/** One for a thread. */
let scratch = Buffer.alloc(0)

/**
 * Reads a file piece by piece, for both hashes and its object. A second thread for one of the hashes saves no work of the
 * processor, and little time where both share a core.
 *
 * @throws RESOURCE_CONFLICT, CANCELLED
 */
export function takeBig(file: FileToTake, shared: SharedProgress): Hashed {
  const { fd, path, store } = file
  const clone = store?.types[0] === 'reflink' ? tryClone(path, store.temporary) : undefined
  if (store !== undefined && clone !== undefined) return takeClone(file, clone, store, shared)
  if (store === undefined) return [...hashPieces(fd, file, shared), undefined]
  const temporary = temporaryName(store.temporary)
  const copy = openSync(temporary, 'wx', objectMode)
  try {
    const [md5, sha256] = hashPieces(fd, file, shared, (chunk) => writeFully(copy, chunk))
    return [md5, sha256, keepObject(temporary, md5, store)]
  } catch (error) {
    removeQuietly(temporary)
    throw error
  } finally {
    closeSync(copy)
  }
}

function hashPieces(
  fd: number,
  { path, size, only }: Pick<FileToTake, 'path' | 'size' | 'only'>,
  shared: SharedProgress,
  write?: (chunk: Buffer) => void,
): readonly [md5: string, sha256: string] {
  if (scratch.length === 0) scratch = Buffer.allocUnsafeSlow(pieceBytes)
  const md5 = only === 'sha256' ? undefined : createHash('md5')
  const sha256 = only === 'md5' ? undefined : createHash('sha256')
  let total = 0
  for (;;) {
    throwIfCancelledShared(shared)
    const count = readSync(fd, scratch, 0, scratch.length, null)
    if (count === 0) break
    const chunk = scratch.subarray(0, count)
    md5?.update(chunk)
    sha256?.update(chunk)
    write?.(chunk)
    total += count
    addSharedBytes(shared, count)
  }
  if (total !== size) throw changedMeanwhile(path)
  return [md5?.digest('hex') ?? unknownMd5, sha256?.digest('hex') ?? unknownSha256]
}

/** The file system keeps the bytes once until one of both changes: what is hashed is what is stored. */
function takeClone({ path }: FileToTake, clone: string, store: ObjectPlace, shared: SharedProgress): Hashed {
  const fd = openSync(clone, 'r')
  try {
    const [md5, sha256] = hashPieces(fd, { path, size: statSync(clone).size, only: undefined }, shared)
    return [md5, sha256, keepObject(clone, md5, store)]
  } catch (error) {
    removeQuietly(clone)
    throw error
  } finally {
    closeSync(fd)
  }
}
