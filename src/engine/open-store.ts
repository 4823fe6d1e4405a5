import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database } from '../store/database.ts'
import { loadPrivateText, writePrivateText } from '../store/private-file.ts'
import { openSqlite } from '../store/sqlite.ts'
import { migrations } from './migrations.ts'

/**
 * The store of an engine: in a file of its data folder, or on a server. A folder belongs to one store for good, because
 * the artifacts in it are known by that store alone and would be garbage to another.
 *
 * @param url as `postgres://USER@HOST/DATABASE`; undefined for the file
 * @throws INVALID_STATE when the folder belongs to another store; STORAGE_…, and what `openPostgres` throws
 */
export async function openStore(dataFolder: string, url: string | undefined): Promise<Database> {
  const owner = join(dataFolder, dataFiles.sharedStore)
  const path = join(dataFolder, dataFiles.store)
  const named = (await loadPrivateText(owner))?.trim()
  if (url === undefined) {
    if (named === undefined) return openSqlite({ path, migrations })
    throw new RunwrightError('INVALID_STATE', `${dataFolder} has the artifacts of the store ${named}.`, {
      hint: `Name that store by --store, or another folder. If it is gone for good, remove ${owner}.`,
    })
  }
  if ((await lstat(path).catch(() => undefined)) !== undefined) {
    throw new RunwrightError('INVALID_STATE', `${dataFolder} has a store of its own, in ${path}.`, {
      hint: 'Name an empty folder by --data: the artifacts in this one belong to the runs of that file.',
    })
  }
  const { openPostgres } = await import('../store/postgres.ts')
  await using opened = new AsyncDisposableStack()
  const database = opened.use(await openPostgres({ url, migrations }))
  if (named === undefined) await writePrivateText(owner, `${database.name}\n`)
  else if (named !== database.name) {
    throw new RunwrightError('INVALID_STATE', `${dataFolder} has the artifacts of the store ${named}.`, {
      hint: `If that is the same database under another name, write ${database.name} into ${owner}.`,
    })
  }
  opened.move()
  return database
}
