import { closeSync, fstatSync, openSync } from 'node:fs'
import { readFully } from './read-fully.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import { moveInto, storeBytesAs } from './store-object.ts'
import { tryClone } from './try-clone.ts'

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
    const clone = tryClone(source, temporary)
    if (clone !== undefined) {
      moveInto(clone, target)
      return size
    }
    // Read in one go, which takes fewer calls than the system's own way.
    if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size * 2)
    storeBytesAs(scratch.subarray(0, readFully(fd, scratch, size)), target, temporary)
    return size
  } finally {
    closeSync(fd)
  }
}
