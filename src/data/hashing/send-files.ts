import { closeSync, constants, copyFileSync, fstatSync, openSync } from 'node:fs'
import { readFully } from './read-fully.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import { moveInto, removeQuietly, storeBytesAs, temporaryName } from './store-object.ts'

/** Objects of a mebibyte or less, to be copied from one folder of this machine to another, under the same names. */
export interface SendRequest {
  /** Absolute; every path is below it. */
  readonly from: string
  readonly paths: readonly string[]
  /** Absolute; the folders below it are made. */
  readonly to: string
  /** Absolute path of a folder of the same file system, for what is being written. */
  readonly temporary: string
}

/** One for a thread; it grows to what is needed. */
let scratch = Buffer.allocUnsafeSlow(1 << 16)

/**
 * Copies objects, each whole or not at all. It blocks its thread.
 *
 * @returns the size in bytes of each
 * @throws CANCELLED; what the system says
 */
export function sendFiles({ from, paths, to, temporary }: SendRequest, shared: SharedProgress): Float64Array {
  return Float64Array.from(paths, (path) => {
    throwIfCancelledShared(shared)
    const size = sendFile(`${from}/${path}`, `${to}/${path}`, temporary)
    addSharedBytes(shared, size)
    return size
  })
}

function sendFile(source: string, target: string, temporary: string): number {
  const fd = openSync(source, 'r')
  try {
    const { size } = fstatSync(fd)
    if (tryClone(source, target, temporary)) return size
    // Read in one go, which takes fewer calls than the system's own way.
    if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size * 2)
    storeBytesAs(scratch.subarray(0, readFully(fd, scratch, size)), target, temporary)
    return size
  } finally {
    closeSync(fd)
  }
}

let canClone = true

/** Where both are on a file system that shares blocks, nothing is copied. */
function tryClone(source: string, target: string, temporary: string): boolean {
  if (!canClone) return false
  const beside = temporaryName(temporary)
  try {
    copyFileSync(source, beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    moveInto(beside, target)
  } catch {
    removeQuietly(beside)
    canClone = false
  }
  return canClone
}
