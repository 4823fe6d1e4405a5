import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
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
  await using opened = new AsyncDisposableStack()
  const place = opened.use(await openScratchPlace(migrations))
  const database = opened.use(await place.open())
  const handles = opened.move()
  return { database, [Symbol.asyncDispose]: () => handles.disposeAsync() }
}

/** For tests: where a store is, empty at first, that is opened and closed more than once. */
export interface ScratchPlace extends AsyncDisposable {
  /** Undefined for a store in a file. */
  readonly url: string | undefined
  /** The caller disposes it. */
  open(): Promise<Database>
  /** All that is kept there, as far as texts can be looked for in it. */
  dump(): Promise<string>
}

export async function openScratchPlace(migrations: readonly Migration[]): Promise<ScratchPlace> {
  const server = process.env[scratchServerVariable]
  if (server !== undefined) {
    const schema = await openScratchSchema(server)
    return {
      url: schema.url,
      open: () => openPostgres({ url: schema.url, migrations, maxReaders: 2 }),
      dump: () => schema.dump(),
      [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'runwright-store-'))
  return {
    url: undefined,
    open: () => openSqlite({ path: join(folder, 'store.db'), migrations }),
    dump: async () => {
      const files = (await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1'))
      return (await Promise.all(files)).join('')
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
