import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createScratchFolder } from '../../git/scratch-folder.ts'
import { toStorageError } from '../../store/storage-error.ts'

/** A folder for files that live no longer than the command; disposing it removes it. */
export interface ScratchFolder extends AsyncDisposable {
  /** Absolute. */
  readonly path: string
}

/**
 * Removes those, too, whose processes were killed.
 *
 * @param top absolute path of the folder that it is made in; default: the system's own for such
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function openScratchFolder(top = tmpdir()): Promise<ScratchFolder> {
  try {
    const path = await createScratchFolder('runwright-scratch', top)
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
  } catch (error) {
    throw toStorageError(error, top)
  }
}
