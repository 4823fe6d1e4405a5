import type { Client } from 'pg'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Migration } from '../database.ts'
import { functions } from './functions.ts'
import type { Place } from './storage-error.ts'

/** @throws STORAGE_DAMAGED for a server whose texts are not UTF-8, or a schema with tables of another program */
async function checkOwner(client: Client, { database, server }: Place): Promise<void> {
  const { rows } = await client.query<{ encoding: string; schema: string | null; ours: string; tables: string }>(
    `select current_setting('server_encoding') as encoding, current_schema() as schema,
       count(*) filter (where c.relname = 'migrations') as ours, count(*) as tables
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = current_schema() and c.relkind in ('r', 'p')`,
  )
  const [found] = rows
  if (found?.encoding !== 'UTF8') {
    throw new RunwrightError(
      'STORAGE_DAMAGED',
      `The database "${database}" on ${server} does not hold texts in UTF-8.`,
      {
        hint: `Create another: createdb --encoding=UTF8 --template=template0 ${database}-utf8`,
      },
    )
  }
  if (found.schema !== null && (Number(found.ours) > 0 || Number(found.tables) === 0)) return
  throw new RunwrightError(
    'STORAGE_DAMAGED',
    found.schema === null
      ? `The database "${database}" on ${server} has none of the schemas that tables are looked for in.`
      : `The schema "${found.schema}" of the database "${database}" on ${server} has tables of another program.`,
    { hint: 'Create an empty database for Runwright, or a schema that the search_path of its user names first.' },
  )
}

/**
 * Applies what the database lacks of `migrations`, in the order of their numbers, all in one transaction; of two servers
 * that begin at once, one waits for the other.
 *
 * @throws STORAGE_TOO_NEW when the database knows a migration that we do not, NOT_IMPLEMENTED for one without statements
 *   for PostgreSQL
 */
export async function migrate(
  client: Client,
  { lock, place, migrations }: { lock: string; place: Place; migrations: readonly Migration[] },
): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(${lock})`)
    await checkOwner(client, place)
    await client.query('create table if not exists migrations (number integer primary key, name text not null)')
    const { rows } = await client.query<{ number: number; name: string }>(
      'select number, name from migrations order by 1',
    )
    checkVersion(rows, place, migrations)
    const applied = new Set(rows.map(({ number }) => number))
    const missing = migrations.filter(({ number }) => !applied.has(number))
    // They belong to this version's statements, whatever steps there are.
    for (const text of functions) await client.query(text)
    if (missing.length > 0) await apply(client, missing)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/**
 * @param applied the steps that the database has had
 * @throws STORAGE_TOO_NEW when it knows a step that we do not
 */
export function checkVersion(
  applied: readonly { readonly number: number; readonly name: string }[],
  { database, server }: Place,
  migrations: readonly Migration[],
): void {
  const known = new Set(migrations.map(({ number }) => number))
  const unknown = applied.find(({ number }) => !known.has(number))
  if (unknown === undefined) return
  throw new RunwrightError(
    'STORAGE_TOO_NEW',
    `The database "${database}" on ${server} was written by a newer version of Runwright.`,
    {
      hint: `Update Runwright; this version does not know step ${unknown.number} of the database, "${unknown.name}".`,
    },
  )
}

async function apply(client: Client, missing: readonly Migration[]): Promise<void> {
  // One row for each server that writes; kept out of the numbered steps because only this dialect has it.
  await client.query(
    `create table if not exists writers (
       id bigint generated always as identity primary key,
       number bigint not null default 0,
       used timestamptz not null default now()
     ) with (fillfactor = 50)`,
  )
  for (const { number, name, statements } of missing.toSorted((a, b) => a.number - b.number)) {
    if (statements.postgres === undefined) {
      throw new RunwrightError('NOT_IMPLEMENTED', `What needs the step "${name}" is not to be had on PostgreSQL yet.`, {
        hint: 'Use the store in a file.',
      })
    }
    for (const statement of statements.postgres) await client.query(statement)
    await client.query('insert into migrations (number, name) values ($1, $2)', [number, name])
  }
}
