import type { Client } from 'pg'
import { RunwrightError } from '../../protocol/errors.ts'
import { findCode } from '../postgres/storage-error.ts'
import { type Canonical, type Column, isColumnType, quote, readCanonical, selectCanonical } from './columns.ts'

/** The tables of a PostgreSQL store in one transaction, of which all is stored in the end or nothing. */
export interface PostgresTarget {
  /** In an order in which no row names one of a table that comes later. */
  readonly tables: readonly TargetTable[]
  countRows(table: string): Promise<number>
  clear(table: string): Promise<void>
  insert(table: string, columns: readonly Column[], rows: readonly (readonly Canonical[])[]): Promise<void>
  rows(table: string, columns: readonly Column[]): AsyncIterable<readonly Canonical[]>
  /** Numbers that the database gives from now on are greater than that, and than those of all rows. */
  setLastNumber(table: TargetTable, last: number): Promise<void>
}

export interface TargetTable {
  readonly name: string
  readonly columns: readonly Column[]
  /** The column whose numbers the database gives. */
  readonly identity: string | undefined
}

/** Made by every server that opens the database; no rows of features. */
const ownTables: ReadonlySet<string> = new Set(['migrations', 'writers'])

const fetchedRows = 1000

/** How long a server that uses the database is waited for. */
const lockTimeoutMs = 10_000

/** @param client in a transaction; keeps others from writing until it ends */
export async function openPostgresTarget(client: Client): Promise<PostgresTarget> {
  // All digits of a double, whatever the database says.
  await client.query('set local extra_float_digits = 3')
  const tables = sortByReferences(await loadTables(client), await loadReferences(client))
  await lock(client, tables)
  let cursors = 0
  return {
    tables,
    async countRows(table) {
      const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${quote(table)}`)
      return Number(rows[0]?.count)
    },
    async clear(table) {
      await client.query(`delete from ${quote(table)}`)
    },
    async insert(table, columns, rows) {
      const names = columns.map(({ name }) => quote(name)).join(', ')
      const lists = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')
      const values = columns.map((_, index) => rows.map((row) => row[index] ?? null))
      await client.query(`insert into ${quote(table)} (${names}) select * from unnest(${lists})`, values)
    },
    async *rows(table, columns) {
      const cursor = `copied_${(cursors += 1)}`
      const wanted = columns.map(selectCanonical).join(', ')
      await client.query(`declare ${cursor} no scroll cursor for select ${wanted} from ${quote(table)}`)
      for (;;) {
        const { rows } = await client.query<Canonical[]>({
          text: `fetch ${fetchedRows} from ${cursor}`,
          rowMode: 'array',
        })
        for (const row of rows) yield row.map((value, index) => readCanonical(value, columns[index]?.type ?? 'text'))
        if (rows.length < fetchedRows) break
      }
      await client.query(`close ${cursor}`)
    },
    async setLastNumber({ name, identity }, last) {
      if (identity === undefined) return
      await client.query(
        `select setval(pg_get_serial_sequence($1, $2),
           (select greatest(coalesce(max(${quote(identity)}), 0), $3::bigint) from ${quote(name)}) + 1, false)`,
        [quote(name), identity, last],
      )
    },
  }
}

async function loadTables(client: Client): Promise<TargetTable[]> {
  const { rows } = await client.query<{ table: string; column: string; type: string; identity: string }>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type, a.attidentity as identity
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relkind = 'r' and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())
       order by c.relname, a.attnum`,
  )
  const tables = new Map<string, { name: string; columns: Column[]; identity: string | undefined }>()
  for (const { table, column, type, identity } of rows) {
    if (ownTables.has(table)) continue
    if (!isColumnType(type)) throw new TypeError(`The column ${column} of ${table} is of the type ${type}.`)
    const known = tables.get(table) ?? { name: table, columns: [], identity: undefined }
    known.columns.push({ name: column, type })
    if (identity !== '') known.identity = column
    tables.set(table, known)
  }
  return [...tables.values()]
}

/** Which tables have rows that name rows of others. */
async function loadReferences(client: Client): Promise<readonly { readonly from: string; readonly to: string }[]> {
  const { rows } = await client.query<{ from: string; to: string }>(
    `select f.relname as from, t.relname as to from pg_constraint k
       join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
       where k.contype = 'f' and f.relnamespace = (select oid from pg_namespace where nspname = current_schema())`,
  )
  return rows
}

function sortByReferences(
  tables: readonly TargetTable[],
  references: readonly { readonly from: string; readonly to: string }[],
): TargetTable[] {
  const sorted: TargetTable[] = []
  const isSorted = (name: string) => sorted.some((table) => table.name === name)
  while (sorted.length < tables.length) {
    const next = tables.filter(
      ({ name }) => !isSorted(name) && references.every(({ from, to }) => from !== name || to === name || isSorted(to)),
    )
    if (next.length === 0) throw new TypeError('Tables refer to each other in a circle.')
    sorted.push(...next)
  }
  return sorted
}

async function lock(client: Client, tables: readonly TargetTable[]): Promise<void> {
  const names = tables.map(({ name }) => quote(name)).join(', ')
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`)
    await client.query(`lock table ${names} in exclusive mode`)
  } catch (cause) {
    if (findCode(cause) !== '55P03') throw cause
    throw new RunwrightError('RESOURCE_CONFLICT', 'Somebody writes to the database, so nothing can be copied to it.', {
      hint: 'End the servers that use it, and other copies to it.',
      cause,
    })
  }
}
