import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { toStorageError } from '../../store/storage-error.ts'
import { codeOf, temporaryName } from '../hashing/store-object.ts'

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
  const fd = openSync(temporary, 'wx')
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  try {
    renameSync(temporary, path)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
}
