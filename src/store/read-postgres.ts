import { RunwrightError } from '../protocol/errors.ts'
import type { Migration, Sql } from './database.ts'
import { connectFirst, nameOf, openPool, parseAddress } from './postgres/connect.ts'
import { checkVersion } from './postgres/migrate.ts'
import { readSnapshot } from './postgres/snapshot.ts'
import { createStatements } from './postgres/statements.ts'
import { toStorageError } from './postgres/storage-error.ts'
import { selectSize } from './postgres/size.ts'
import type { StoreReader } from './store-reader.ts'

/**
 * A store on a PostgreSQL server. Pages are the server's: where it was made with checksums it holds each page that is read
 * to its own, and an index is held to its table by `pg_amcheck`.
 *
 * @param url as `openPostgres` takes it
 * @throws RESOURCE_DOES_NOT_EXIST where there is no store yet, STORAGE_TOO_NEW, and what `openPostgres` throws
 */
export async function openPostgresReader(url: string, migrations: readonly Migration[]): Promise<StoreReader> {
  const { configs, place } = parseAddress(url)
  await using opened = new AsyncDisposableStack()
  try {
    const { client, config } = await connectFirst(configs)
    await client.end()
    const pool = opened.adopt(openPool({ ...config, max: 1 }), (open) => open.end())
    const statements = createStatements()
    const read = async <T>(work: (sql: Sql) => Promise<T>) => {
      try {
        return await readSnapshot(pool, statements, work)
      } catch (error) {
        throw toStorageError(error, place)
      }
    }
    const applied = await read(async (sql) => {
      const table = await sql.get(`select to_regclass('migrations') is not null as is_there`)
      return table?.['is_there'] === 1 ? sql.all('select number, name from migrations order by number') : []
    })
    if (applied.length === 0) {
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no store in ${nameOf(place)}.`, {
        hint: 'The first "runwright server --store" makes one.',
      })
    }
    const steps = applied.map(({ number, name }) => ({ number: Number(number), name: String(name) }))
    checkVersion(steps, place, migrations)
    const handles = opened.move()
    return {
      name: nameOf(place),
      read,
      findFaults: () => read(findFaults),
      sizeBytes: () => read(selectSize),
      [Symbol.asyncDispose]: () => handles.disposeAsync(),
    }
  } catch (error) {
    throw toStorageError(error, place)
  }
}

/** Indexes and references that the server itself does not trust, as after a build that was cut off. */
async function findFaults(sql: Sql): Promise<string[]> {
  const indexes = await sql.all(
    `select cast(i.indexrelid as regclass) as name from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace = cast(current_schema() as regnamespace) and not (i.indisvalid and i.indisready) limit 100`,
  )
  const references = await sql.all(
    `select conname as name, cast(conrelid as regclass) as relation from pg_constraint
       where connamespace = cast(current_schema() as regnamespace) and not convalidated limit 100`,
  )
  return [
    ...indexes.map(({ name }) => `the index ${name} is not whole; "reindex index ${name}" makes it anew`),
    ...references.map(({ name, relation }) => `the rule ${name} of ${relation} was never checked`),
  ]
}
