import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database, Migration } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openScratchSchema } from './scratch-postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Names a PostgreSQL server that tests keep their stores on, instead of in files. */
export const scratchServerVariable = 'RUNWRIGHT_TEST_POSTGRES'

/** For tests: an empty store, in a file unless the environment names a server; it goes when it is disposed. */
export interface ScratchStore extends AsyncDisposable {
  readonly database: Database
}

export async function openScratchStore(migrations: readonly Migration[]): Promise<ScratchStore> {
  const server = process.env[scratchServerVariable]
  await using opened = new AsyncDisposableStack()
  if (server !== undefined) {
    const schema = opened.use(await openScratchSchema(server))
    const database = opened.use(await openPostgres({ url: schema.url, migrations, maxReaders: 2 }))
    return own(database, opened.move())
  }
  const folder = await mkdtemp(join(tmpdir(), 'runwright-store-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const database = opened.use(await openSqlite({ path: join(folder, 'store.db'), migrations }))
  return own(database, opened.move())
}

function own(database: Database, handles: AsyncDisposableStack): ScratchStore {
  return { database, [Symbol.asyncDispose]: () => handles.disposeAsync() }
}
