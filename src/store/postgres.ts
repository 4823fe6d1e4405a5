import type { Client, Pool } from 'pg'
import { RunwrightError } from '../protocol/errors.ts'
import type { Channel, Database, Migration, Sql } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { createChannel } from './postgres/channel.ts'
import { connectFirst, nameOf, openPool, parseAddress } from './postgres/connect.ts'
import { migrate } from './postgres/migrate.ts'
import { readSnapshot } from './postgres/snapshot.ts'
import { selectSize } from './postgres/size.ts'
import { createStatements } from './postgres/statements.ts'
import { type Place, toStorageError } from './postgres/storage-error.ts'
import { openWriter } from './postgres/writer.ts'

export interface PostgresOptions {
  /** As `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. Tables are kept in the first schema of the search path. */
  readonly url: string
  /** Of all features together, numbered from 1. */
  readonly migrations: readonly Migration[]
  /** Connections that read at the same time, beside the one that writes. Default: 4. */
  readonly maxReaders?: number
  /** How long a write waits for a server that went away, in milliseconds. Default: 10,000. */
  readonly patienceMs?: number
  /** How long a transaction of ours may stand still before others go on without it, in milliseconds. Default: 15,000. */
  readonly stuckMs?: number
}

/**
 * Opens the store of a team: a PostgreSQL database, version 12 or newer, in UTF-8. One connection writes, in
 * transactions that many writes share; a few read snapshots beside it. Several servers may share one database.
 *
 * @throws TEMPORARILY_UNAVAILABLE, PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, STORAGE_DAMAGED, STORAGE_TOO_NEW, each
 *   naming server and database; NOT_IMPLEMENTED for a migration that PostgreSQL has no statements of
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { migrations, maxReaders = 4, patienceMs = 10_000, stuckMs = 15_000 } = options
  const { configs, place } = parseAddress(options.url)
  await using opened = new AsyncDisposableStack()
  try {
    const { client, config } = await connectFirst(configs)
    const closing = opened.adopt(client, (open) => open.end().catch(() => undefined))
    const lock = await findLock(closing)
    await migrate(client, { lock, place, migrations })
    const statements = createStatements()
    const writer = opened.use(await openWriter({ config, client, statements, lock, patienceMs, stuckMs }))
    const readers = openPool({ ...config, max: maxReaders, idleTimeoutMillis: 60_000 })
    const pool = opened.adopt(readers, (open) => open.end())
    const channel = opened.use(createChannel({ config, lock, instance: writer.id }))
    return createDatabase(place, { writer, pool, statements, channel }, opened.move())
  } catch (error) {
    throw toStorageError(error, place)
  }
}

interface Parts {
  readonly writer: Awaited<ReturnType<typeof openWriter>>
  readonly pool: Pool
  readonly statements: ReturnType<typeof createStatements>
  readonly channel: Channel
}

function createDatabase(place: Place, parts: Parts, handles: AsyncDisposableStack): Database {
  const { writer, pool, statements, channel } = parts
  const group = createGroupCommit(writer)
  const reads = new Set<Promise<unknown>>()
  let closed = false

  function refuse(error: unknown): never {
    throw toStorageError(error, place)
  }

  async function read<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    if (closed) throw createClosedError(place)
    const reading = readSnapshot(pool, statements, work).catch(refuse)
    reads.add(reading)
    try {
      return await reading
    } finally {
      reads.delete(reading)
    }
  }

  return {
    dialect: 'postgres',
    name: nameOf(place),
    channel,
    read,
    async write(work) {
      if (closed) throw createClosedError(place)
      return group.write(work).catch(refuse)
    },
    sizeBytes: () => read(selectSize),
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await Promise.all([group.drain(), Promise.allSettled(reads)])
      await handles.disposeAsync()
    },
  }
}

/** Stores in other schemas of the same database have locks of their own. */
async function findLock(client: Client): Promise<string> {
  const { rows } = await client.query<{ lock: string; version: string }>(
    `select hashtextextended('runwright ' || coalesce(current_schema(), ''), 0) as lock,
       current_setting('server_version_num') as version`,
  )
  const [found] = rows
  if (found === undefined || Number(found.version) < 120_000) {
    throw new RunwrightError('NOT_IMPLEMENTED', 'The database server is older than PostgreSQL 12.', {
      hint: 'Use a server of version 12 or newer.',
    })
  }
  return found.lock
}

function createClosedError({ server, database }: Place): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', `The database "${database}" on ${server} has been closed.`, {
    hint: 'The engine is stopping; try again once it runs.',
  })
}
