import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { toStorageError } from '../../store/storage-error.ts'
import { codeOf, removeQuietly, temporaryName, writeFully } from '../hashing/store-object.ts'

/**
 * Writes a file so that it is there whole, or not at all: beside, synced, renamed.
 *
 * @param temporaryFolder of the same file system, for what is not complete; where it is of another, the file's own
 *   folder serves
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export function replaceFile(path: string, text: string, temporaryFolder: string): void {
  try {
    writeBeside(path, text, temporaryName(temporaryFolder))
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw toStorageError(error, path)
    writeBeside(path, text, `${path}.${process.pid}.new`)
  }
}

function writeBeside(path: string, text: string, temporary: string): void {
  try {
    const fd = openSync(temporary, 'wx')
    try {
      writeFully(fd, Buffer.from(text))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
}
