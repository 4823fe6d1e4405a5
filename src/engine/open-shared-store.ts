import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database } from '../store/database.ts'
import { openPostgres } from '../store/postgres.ts'
import { loadPrivateText, writePrivateText } from '../store/private-file.ts'
import { migrations } from './migrations.ts'

/**
 * The store on a server, whose artifacts are in a data folder. A folder belongs to one store for good, because the
 * artifacts in it are known by that store alone and would be garbage to another.
 *
 * @param url as `openPostgres` takes it
 * @throws INVALID_STATE when the folder belongs to another store; what `openPostgres` throws
 */
export async function openSharedStore(dataFolder: string, url: string): Promise<Database> {
  const path = join(dataFolder, dataFiles.store)
  if ((await lstat(path).catch(() => undefined)) !== undefined) {
    throw new RunwrightError('INVALID_STATE', `${dataFolder} has a store of its own, in ${path}.`, {
      hint: `Name an empty folder by --data, as the artifacts in this one belong to the runs of that file. "runwright store migrate --data ${dataFolder} --to URL" copies it to a database, and says what to do then.`,
    })
  }
  await using opened = new AsyncDisposableStack()
  const database = opened.use(await openPostgres({ url, migrations, maxReaders: 8 }))
  const owner = join(dataFolder, dataFiles.sharedStore)
  const named = (await loadPrivateText(owner))?.trim()
  if (named === undefined) await writePrivateText(owner, `${database.name}\n`)
  else if (named !== database.name) {
    throw new RunwrightError('INVALID_STATE', `${dataFolder} has the artifacts of the store ${named}.`, {
      hint: `If that is the same database under another name, write ${database.name} into ${owner}.`,
    })
  }
  opened.move()
  return database
}
