import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database } from '../store/database.ts'
import { loadPrivateText } from '../store/private-file.ts'
import { openSqlite } from '../store/sqlite.ts'
import { migrations } from './migrations.ts'

/**
 * The store in a file of a data folder.
 *
 * @throws INVALID_STATE when the folder has the artifacts of another store; STORAGE_…
 */
export async function openFileStore(dataFolder: string): Promise<Database> {
  const owner = join(dataFolder, dataFiles.sharedStore)
  const named = (await loadPrivateText(owner))?.trim()
  if (named === undefined) return openSqlite({ path: join(dataFolder, dataFiles.store), migrations })
  throw new RunwrightError('INVALID_STATE', `${dataFolder} has the artifacts of the store ${named}.`, {
    hint: `Name that store by --store, or another folder. If it is gone for good, remove ${owner}.`,
  })
}
