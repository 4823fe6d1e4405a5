import { backup, DatabaseSync } from 'node:sqlite'
import { toStorageError } from './sqlite/storage-error.ts'

/**
 * Copies a database as it is at one moment, also while others write to it. Journal and log are in the copy, which is one
 * file.
 *
 * @param to a file that is not there yet
 * @throws STORAGE_DAMAGED, STORAGE_FULL
 */
export async function copySqlite(from: string, to: string): Promise<void> {
  try {
    using source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 })
    // In one step: one of many would begin anew whenever another process writes in between.
    await backup(source, to, { rate: maxPages })
    using copy = new DatabaseSync(to)
    // One that is in WAL mode could not be read where nothing may be written.
    copy.exec('pragma journal_mode = delete')
  } catch (error) {
    throw toStorageError(error, to)
  }
}

/** sqlite.org/limits.html: more pages than a file can have. */
const maxPages = 2 ** 31 - 1
