import { constants, copyFileSync } from 'node:fs'
import { removeQuietly, temporaryName } from './store-object.ts'

let canClone = true

/**
 * A copy that shares the blocks of its original, where a file system does that.
 *
 * @param temporaryFolder where the copy is made, under a new name
 * @returns its path; undefined where that was once seen to be impossible
 */
export function tryClone(path: string, temporaryFolder: string): string | undefined {
  if (!canClone) return undefined
  const clone = temporaryName(temporaryFolder)
  try {
    copyFileSync(path, clone, constants.COPYFILE_FICLONE_FORCE)
    return clone
  } catch {
    removeQuietly(clone)
    canClone = false
    return undefined
  }
}
