import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import {
  type Canonical,
  type Column,
  createRowSum,
  createZeroError,
  type RowSum,
  type SqliteValue,
  toCanonical,
} from './copying/columns.ts'
import { openPostgresTarget, type PostgresTarget, type TargetTable } from './copying/postgres-target.ts'
import { openSqliteSnapshot, type SqliteSnapshot } from './copying/sqlite-snapshot.ts'
import type { Migration } from './database.ts'
import { openPostgres } from './postgres.ts'
import { connectFirst, parseAddress } from './postgres/connect.ts'
import { toStorageError as toPostgresError } from './postgres/storage-error.ts'
import { toStorageError as toSqliteError } from './sqlite/storage-error.ts'

export interface StoreCopyOptions {
  /** A database file; an engine may be using it, and nothing in it is changed. */
  readonly path: string
  /** Of a PostgreSQL database, as `openPostgres` takes it. */
  readonly url: string
  readonly migrations: readonly Migration[]
  /** How many rows tables have in a store that nobody has used; all others must have none. */
  readonly freshRows: Readonly<Record<string, number>>
  /** Puts U+FFFD in the place of zero characters in texts, which PostgreSQL cannot hold. */
  readonly areZerosReplaced: boolean
  readonly signal: AbortSignal
  onProgress(progress: StoreCopyProgress): void
  /** Called when all rows are there and nobody sees them yet; when it throws, nothing is. */
  beforeCommit?(): Promise<void>
}

export interface StoreCopyProgress {
  readonly table: string
  readonly doneRows: number
  readonly totalRows: number
}

export interface CopiedTable {
  readonly name: string
  readonly rowCount: number
  /** Of its rows in any order, in hex; the same on both sides. */
  readonly digest: string
}

export interface StoreCopy {
  /** Address of the database without the password. */
  readonly database: string
  readonly tables: readonly CopiedTable[]
  readonly rowCount: number
  /** Zero characters that were replaced. */
  readonly replacedZeros: number
  /** Whether somebody has written to the source since the moment that was copied. */
  readonly isBehind: boolean
}

/** Rows that go in one statement, unless their texts are long. */
const batchRows = 1000
const batchChars = 4 << 20

/**
 * Copies every table of a store in a file to an empty one on a PostgreSQL server, as the file is at one moment; then all
 * rows there are read and held to those of the file by count and hash. All of it is one transaction: whoever is cancelled,
 * killed or cut off leaves the tables as empty as they were.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, STORAGE_DAMAGED, STORAGE_TOO_NEW, INVALID_STATE for the file; RESOURCE_ALREADY_EXISTS
 *   when the target is not empty, RESOURCE_CONFLICT while somebody writes to it; INVALID_PARAMETER_VALUE for zero
 *   characters; what `openPostgres` throws; CANCELLED
 */
export async function copyToPostgres(options: StoreCopyOptions): Promise<StoreCopy> {
  const { path, url, migrations } = options
  let snapshot: SqliteSnapshot
  try {
    snapshot = await openSqliteSnapshot(path, migrations)
  } catch (error) {
    throw toSqliteError(error, path)
  }
  using _closing = snapshot
  let database: string
  {
    // Makes the tables, and says in words what is wrong with the server.
    await using opened = await openPostgres({ url, migrations })
    database = opened.name
  }
  const { configs, place } = parseAddress(url)
  try {
    const { client } = await connectFirst(configs)
    try {
      await client.query('begin')
      const target = await openPostgresTarget(client)
      const copied = await copyTables(snapshot, target, database, options)
      await options.beforeCommit?.()
      throwIfCancelled(options)
      await client.query('commit')
      // Until it is done by itself, searches would be planned for empty tables.
      await client.query('analyze').catch(() => undefined)
      const rowCount = copied.tables.reduce((sum, table) => sum + table.rowCount, 0)
      return { database, rowCount, ...copied, isBehind: snapshot.isBehind() }
    } finally {
      // Ends the transaction, where it has not ended.
      await client.end().catch(() => undefined)
    }
  } catch (error) {
    throw toPostgresError(error, place)
  }
}

async function copyTables(
  snapshot: SqliteSnapshot,
  target: PostgresTarget,
  database: string,
  options: StoreCopyOptions,
): Promise<Pick<StoreCopy, 'tables' | 'replacedZeros'>> {
  const { freshRows, signal } = options
  const pairs = matchTables(snapshot, target)
  for (const { name } of target.tables) {
    if ((await target.countRows(name)) > (freshRows[name] ?? 0)) throw createNotEmptyError(database, name)
  }
  for (const name of Object.keys(freshRows)) await target.clear(name)
  const texts = createTexts(options.areZerosReplaced)
  const totalRows = pairs.reduce((sum, { table }) => sum + snapshot.countRows(table.name), 0)
  let doneRows = 0
  const tables: CopiedTable[] = []
  for (const { table, columns } of pairs) {
    const tell = (count: number) => {
      throwIfCancelled({ signal })
      doneRows += count
      options.onProgress({ table: table.name, doneRows, totalRows })
    }
    const sum = await copyRows(snapshot, target, { table, columns }, { texts, tell })
    await compare(target, { table, columns }, sum, signal)
    await target.setLastNumber(table, snapshot.lastNumber(table.name))
    tables.push({ name: table.name, rowCount: sum.count, digest: sum.digest() })
  }
  return { tables, replacedZeros: texts.replacedZeros() }
}

interface TablePair {
  readonly table: TargetTable
  /** Those that both have. */
  readonly columns: readonly Column[]
}

/** @throws NOT_IMPLEMENTED for what the target has no place for */
function matchTables(snapshot: SqliteSnapshot, target: PostgresTarget): TablePair[] {
  const known = new Map(target.tables.map((table) => [table.name, table]))
  for (const [name, columns] of snapshot.tables) {
    const there = new Set(known.get(name)?.columns.map((column) => column.name))
    const missing = columns.find((column) => !there.has(column))
    if (missing === undefined) continue
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      `PostgreSQL has no place for "${missing}" of the table "${name}" yet.`,
      {
        hint: 'Keep the store in a file until a later version.',
      },
    )
  }
  return target.tables.flatMap((table) => {
    const here = new Set(snapshot.tables.get(table.name))
    const columns = table.columns.filter(({ name }) => here.has(name))
    return columns.length === 0 ? [] : [{ table, columns }]
  })
}

async function copyRows(
  snapshot: SqliteSnapshot,
  target: PostgresTarget,
  { table: { name }, columns }: TablePair,
  { texts, tell }: { readonly texts: Texts; tell(count: number): void },
): Promise<RowSum> {
  const sum = createRowSum()
  let batch: Canonical[][] = []
  let chars = 0
  const flush = async () => {
    if (batch.length > 0) await target.insert(name, columns, batch)
    tell(batch.length)
    batch = []
    chars = 0
  }
  const names = columns.map((column) => column.name)
  for (const row of snapshot.rows(name, names)) {
    const values = columns.map((column, index) => texts.take(row[index] ?? null, name, column))
    sum.add(values)
    batch.push(values)
    chars += values.reduce((total, value) => total + (value?.length ?? 0), 0)
    if (batch.length >= batchRows || chars >= batchChars) await flush()
  }
  await flush()
  return sum
}

interface Texts {
  take(value: SqliteValue, table: string, column: Column): Canonical
  replacedZeros(): number
}

function createTexts(areZerosReplaced: boolean): Texts {
  let replaced = 0
  return {
    take(value, table, { name, type }) {
      const text = toCanonical(value, type)
      if (type !== 'text' || text === null || !text.includes('\0')) return text
      if (!areZerosReplaced) throw createZeroError(table, name)
      replaced += text.split('\0').length - 1
      return text.replaceAll('\0', '\uFFFD')
    },
    replacedZeros: () => replaced,
  }
}

/** @throws STORAGE_DAMAGED when the rows that are there are not those that were sent */
async function compare(
  target: PostgresTarget,
  { table: { name }, columns }: TablePair,
  sent: RowSum,
  signal: AbortSignal,
): Promise<void> {
  const there = createRowSum()
  for await (const row of target.rows(name, columns)) {
    throwIfCancelled({ signal })
    there.add(row)
  }
  if (there.count === sent.count && there.digest() === sent.digest()) return
  throw new RunwrightError(
    'STORAGE_DAMAGED',
    `The table "${name}" came out otherwise: ${sent.count} rows were sent, and ${there.count} are there that are not all the same.`,
    { hint: 'Nothing was stored. Has the database triggers or rules of its own?' },
  )
}

function createNotEmptyError(database: string, table: string): RunwrightError {
  return new RunwrightError('RESOURCE_ALREADY_EXISTS', `${database} is not empty: the table "${table}" has rows.`, {
    hint: 'Create an empty database for it, or a schema that the search_path of its user names first.',
  })
}
