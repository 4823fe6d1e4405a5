import { RunwrightError } from '../../protocol/errors.ts'
import type { Migration } from '../database.ts'
import type { Connection } from './connection.ts'
import { createDamagedError } from './storage-error.ts'

/** `RnWr`: marks the file as ours in its header (sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x526e5772

/**
 * Refuses a file that is not ours before anything is written to it.
 * @throws STORAGE_DAMAGED for another program's database
 */
export async function checkOwner(connection: Connection, path: string): Promise<void> {
  const owner = await connection.sql.get('pragma application_id')
  const tables = await connection.sql.get('select count(*) as count from sqlite_schema')
  if (owner?.['application_id'] === applicationId) return
  if (owner?.['application_id'] !== 0 || tables?.['count'] !== 0) throw createDamagedError(path)
}

/** @throws STORAGE_TOO_NEW when the file knows a migration that we do not */
export async function checkVersion(
  connection: Connection,
  path: string,
  migrations: readonly Migration[],
): Promise<void> {
  const table = await connection.sql.get(`select name from sqlite_schema where name = 'migrations'`)
  if (table === undefined) return
  const known = new Set(migrations.map(({ number }) => number))
  const applied = await connection.sql.all('select number, name from migrations order by number')
  const unknown = applied.find(({ number }) => !known.has(Number(number)))
  if (unknown === undefined) return
  throw new RunwrightError('STORAGE_TOO_NEW', `${path} was written by a newer version of Runwright.`, {
    hint: `Update Runwright; this version does not know step ${unknown['number']} of the file, "${unknown['name']}".`,
  })
}

/**
 * Applies what the file lacks of `migrations`, in the order of their numbers; each runs in a transaction with the note
 * that it ran.
 * @throws STORAGE_TOO_NEW
 */
export async function migrate(connection: Connection, path: string, migrations: readonly Migration[]): Promise<void> {
  const inOrder = migrations.toSorted((a, b) => a.number - b.number)
  connection.exec('begin immediate')
  try {
    connection.exec(`pragma application_id = ${applicationId}`)
    connection.exec('create table if not exists migrations (number integer primary key, name text not null) strict')
    await checkVersion(connection, path, migrations)
    const rows = await connection.sql.all('select number from migrations')
    const applied = new Set(rows.map(({ number }) => Number(number)))
    for (const { number, name, statements } of inOrder) {
      if (applied.has(number)) continue
      if (statements.sqlite === undefined) throw new Error(`Migration "${name}" has no statements for SQLite.`)
      for (const statement of statements.sqlite) connection.exec(statement)
      await connection.sql.run('insert into migrations (number, name) values (?, ?)', number, name)
    }
    connection.exec('commit')
  } catch (error) {
    if (connection.isInTransaction()) connection.exec('rollback')
    throw error
  }
}
