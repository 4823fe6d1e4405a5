import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database, Migration, Sql } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { openConnection } from './sqlite/connection.ts'
import type { Connection } from './sqlite/connection.ts'
import { checkOwner, checkVersion, migrate } from './sqlite/migrate.ts'
import { createDamagedError, isDamage, toStorageError } from './sqlite/storage-error.ts'

/** How long to wait for a foreign program, a backup for example, that has the file locked. */
const busyTimeoutMs = 5_000

/** Files up to this size are checked from end to end when opened (some 0.1 s); bigger ones when their pages are read. */
const checkedSizeBytes = 32 * 1024 * 1024

/**
 * Small, because every page a transaction touches is written to the log whole, and a batch of 100 metrics touches one
 * page in each of 100 series: 1,550 such batches a second with pages of 1,024 bytes, 1,050 with SQLite's own 4,096.
 */
const pageSizeBytes = 1024

/** How far the write-ahead log may grow before its pages are moved to the file. */
const logSizeBytes = 16 * 1024 * 1024

/** Pages that the connection that writes keeps in memory. */
const writerCacheKib = 16 * 1024

/** More for the one that reads: a filter over 100,000 runs goes through 20 MB of indexes, and costs half from memory. */
const readerCacheKib = 48 * 1024

export interface SqliteOptions {
  /** Absolute path of the database file; it and its folder are created when missing. */
  readonly path: string
  /** Of all features together, numbered from 1. */
  readonly migrations: readonly Migration[]
  /** Refuses to grow the file beyond so many pages of 1,024 bytes. Default: SQLite's own limit (sqlite.org/limits.html). */
  readonly maxPages?: number
}

/**
 * Opens the one-file database: a write-ahead log, one connection that writes and one that reads snapshots beside it.
 *
 * A commit waits for the disk (`synchronous = full`), so what was acknowledged survives a power cut too. Group commit
 * makes that cheap: against `normal` it cost 0.1 ms a batch here, the disk's own 0.17 ms for a flush included.
 *
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, STORAGE_DAMAGED, STORAGE_TOO_NEW, each naming the file; it is then as it was
 */
export async function openSqlite({ path, migrations, maxPages }: SqliteOptions): Promise<Database> {
  using opened = new DisposableStack()
  try {
    checkWritable(path)
    await inspect(path, migrations)
    const writer = opened.use(openConnection(path, { busyTimeoutMs }))
    await checkOwner(writer, path)
    // Both are kept in the file, hence only after it is known to be ours; the first takes effect in a new file alone.
    writer.exec(`pragma page_size = ${pageSizeBytes}`)
    writer.exec('pragma journal_mode = wal')
    writer.exec('pragma synchronous = full')
    // A savepoint copies each page before its first change; in a file that was a third of what a batch cost.
    writer.exec('pragma temp_store = memory')
    writer.exec(`pragma wal_autocheckpoint = ${logSizeBytes / pageSizeBytes}`)
    writer.exec(`pragma cache_size = -${writerCacheKib}`)
    if (maxPages !== undefined) writer.exec(`pragma max_page_count = ${maxPages}`)
    await migrate(writer, path, migrations)
    const reader = opened.use(openConnection(path, { busyTimeoutMs }))
    reader.exec('pragma query_only = on')
    reader.exec(`pragma cache_size = -${readerCacheKib}`)
    return createDatabase(path, writer, reader, opened.move())
  } catch (error) {
    throw toStorageError(error, path)
  }
}

function createDatabase(path: string, writer: Connection, reader: Connection, handles: DisposableStack): Database {
  const group = createGroupCommit({
    ...writer,
    begin: () => writer.exec('begin immediate'),
    commit: () => writer.exec('commit'),
    mayTryAgain: () => false,
  })
  let reads: Promise<unknown> = Promise.resolve()
  let damage: unknown
  let closed = false

  function refuse(error: unknown): never {
    // A damaged file is still read, so that its owner can save what is left, but not written any more.
    if (isDamage(error)) damage ??= error
    throw toStorageError(error, path)
  }

  return {
    dialect: 'sqlite',
    name: path,
    async read(work) {
      if (closed) throw createClosedError(path)
      const turn = reads.then(() => readSnapshot(reader, work))
      reads = turn.catch(() => undefined)
      return turn.catch(refuse)
    },
    async write(work) {
      if (closed) throw createClosedError(path)
      if (damage !== undefined) throw createDamagedError(path, damage)
      return group.write(work).catch(refuse)
    },
    sizeBytes: async () => sizeOf(path) + sizeOf(`${path}-wal`),
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await Promise.all([group.drain(), reads])
      handles.dispose()
    },
  }
}

/** Between `begin` and `commit` every statement sees the file as it was at the first one. */
async function readSnapshot<T>(connection: Connection, work: (sql: Sql) => Promise<T>): Promise<T> {
  connection.exec('begin')
  try {
    return await work(connection.sql)
  } finally {
    if (connection.isInTransaction()) connection.exec('commit')
  }
}

/** SQLite opens what it may not write as read-only without a word, so ask first. */
function checkWritable(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  accessSync(dirname(path), constants.W_OK | constants.X_OK)
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry === undefined) return
  accessSync(path, constants.R_OK | constants.W_OK)
  if (entry.isFile()) return
  throw new RunwrightError('STORAGE_READ_ONLY', `The database ${path} cannot be opened: something else stands there.`, {
    hint: `Move aside what stands at ${path}, or choose another folder.`,
  })
}

/**
 * Refuses a file that cannot be used, through a connection that cannot write: when one that can is closed, SQLite moves
 * what is left in the log into the file.
 *
 * @throws STORAGE_DAMAGED, STORAGE_TOO_NEW
 */
async function inspect(path: string, migrations: readonly Migration[]): Promise<void> {
  // A new file, or one whose making was cut off, which only a connection that can write may undo.
  if (sizeOf(path) === 0 || existsSync(`${path}-journal`)) return
  using connection = openConnection(path, { busyTimeoutMs, readOnly: true })
  await checkOwner(connection, path)
  if (sizeOf(path) <= checkedSizeBytes) await checkPages(connection, path)
  await checkVersion(connection, path, migrations)
}

async function checkPages(connection: Connection, path: string): Promise<void> {
  const result = await connection.sql.get('pragma quick_check(1)')
  const verdict = result?.['quick_check']
  if (verdict !== 'ok') throw createDamagedError(path, new Error(String(verdict)))
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function createClosedError(path: string): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', `The database ${path} has been closed.`, {
    hint: 'The engine is stopping; try again once it runs.',
  })
}
