import { existsSync, statSync } from 'node:fs'
import { RunwrightError } from '../protocol/errors.ts'
import type { Migration, Sql } from './database.ts'
import { openConnection } from './sqlite/connection.ts'
import { checkOwner, checkVersion } from './sqlite/migrate.ts'
import { isDamage, toStorageError } from './sqlite/storage-error.ts'
import type { StoreReader } from './store-reader.ts'

const maxFaults = 100

/**
 * @param path of a file that is there
 * @throws RESOURCE_DOES_NOT_EXIST; STORAGE_DAMAGED when it is none of ours, STORAGE_TOO_NEW
 */
export async function openSqliteReader(path: string, migrations: readonly Migration[]): Promise<StoreReader> {
  if (!existsSync(path)) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no database ${path}.`)
  using opened = new DisposableStack()
  try {
    const connection = opened.use(openConnection(path, { busyTimeoutMs: 5_000, readOnly: true }))
    await checkOwner(connection, path)
    await checkVersion(connection, path, migrations)
    const handles = opened.move()
    const read = async <T>(work: (sql: Sql) => Promise<T>) => {
      connection.exec('begin')
      try {
        return await work(connection.sql)
      } catch (error) {
        throw toStorageError(error, path)
      } finally {
        if (connection.isInTransaction()) connection.exec('rollback')
      }
    }
    return {
      name: path,
      read,
      findFaults: () => findFaults(read),
      sizeBytes: async () => sizeOf(path) + sizeOf(`${path}-wal`),
      [Symbol.asyncDispose]: async () => handles.dispose(),
    }
  } catch (error) {
    throw toStorageError(error, path)
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Of pages, indexes and references between rows. */
async function findFaults(read: StoreReader['read']): Promise<readonly string[]> {
  const faults: string[] = []
  for (const find of [findPageFaults, findReferenceFaults]) {
    try {
      faults.push(...(await read(find)))
    } catch (error) {
      if (!isDamage(error)) throw error
      // Some damage keeps SQLite from looking any further.
      faults.push(error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error))
    }
  }
  return faults
}

async function findPageFaults(sql: Sql): Promise<string[]> {
  const rows = await sql.all(`pragma integrity_check(${maxFaults})`)
  const said = rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok')
  if (said.length === 0) return said
  const roots = await sql.all('select rootpage, name from sqlite_schema').catch(() => [])
  const names = new Map(roots.map((row) => [String(row['rootpage']), String(row['name'])]))
  // SQLite names a table by the page that its tree begins at, and puts several sentences into one row.
  return said
    .flatMap((text) => text.split('\n'))
    .filter((text) => !text.startsWith('***'))
    .map((text) => text.replace(/^(?:On tree|Tree) (?:page )?(\d+)/, (all, root: string) => names.get(root) ?? all))
}

async function findReferenceFaults(sql: Sql): Promise<string[]> {
  const rows = await sql.all('pragma foreign_key_check')
  return rows
    .slice(0, maxFaults)
    .map(
      (row) =>
        `a row${row['rowid'] === null ? '' : ` (${row['rowid']})`} of ${row['table']} names none of ${row['parent']}`,
    )
}
