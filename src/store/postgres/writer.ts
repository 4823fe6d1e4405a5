import type { Client, ClientConfig } from 'pg'
import type { Sql } from '../database.ts'
import type { Writer } from '../group-commit.ts'
import { connectAgain } from './connect.ts'
import { CommitUnknown, ConnectionLost, findCode, isConflict } from './storage-error.ts'
import type { Statements } from './statements.ts'

export interface PostgresWriter extends Writer, AsyncDisposable {
  /** Of its row in `writers`: no other has the same, now or later. */
  readonly id: string
}

/** How long to wait for another server's transaction. */
const lockTimeoutMs = 30_000

export interface WriterParts {
  readonly config: ClientConfig
  readonly client: Client
  readonly statements: Statements
  /** Number of the advisory lock that all who write to this store take. */
  readonly lock: string
  /** How long a server that went away is waited for. */
  readonly patienceMs: number
  /** How long a transaction may stand still, before the database server ends it for the sake of the others. */
  readonly stuckMs: number
}

/**
 * The connection that writes. Each transaction begins by taking one advisory lock, so that writers of all servers on
 * this store come one after another and none sees what another has half done: no transaction fails for another's sake.
 *
 * Each also notes its number in the table `writers`. When the connection is lost while a commit is under way, that note
 * tells whether it was done: the lock is free once the lost transaction has ended, one way or the other.
 */
export async function openWriter(parts: WriterParts): Promise<PostgresWriter> {
  let { client } = parts
  let isLost = false
  let isOpen = false
  let number = 0
  watch(client)
  await setUp(client, parts.stuckMs)
  const added = await client.query<{ id: string }>('insert into writers default values returning id')
  const id = added.rows[0]?.id ?? ''

  function watch(watched: Client): void {
    const lose = () => {
      if (watched === client) isLost = true
    }
    watched.once('end', lose)
    watched.once('error', lose)
  }

  async function reconnect(): Promise<void> {
    await client.end().catch(() => undefined)
    client = await connectAgain(parts.config, parts.patienceMs)
    isLost = false
    watch(client)
    await orLost(setUp(client, parts.stuckMs))
  }

  /** Says of any failure whether the connection went with it. */
  async function orLost<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!isLost && !isEnd(error)) throw error
      isLost = true
      isOpen = false
      throw new ConnectionLost('The connection was lost.', { cause: error })
    }
  }

  async function begin(): Promise<void> {
    if (isLost) await reconnect()
    number += 1
    const note = `update writers set number = ${number}, used = now() where id = ${id}`
    try {
      await orLost(client.query(`begin; select pg_advisory_xact_lock(${parts.lock}); ${note}`))
    } catch (error) {
      if (!isLost) await client.query('rollback').catch(() => undefined)
      throw error
    }
    isOpen = true
  }

  async function wasCommitted(): Promise<boolean> {
    await reconnect()
    await orLost(client.query(`begin; select pg_advisory_xact_lock(${parts.lock})`))
    const found = await orLost(client.query<{ number: string }>('select number from writers where id = $1', [id]))
    await orLost(client.query('rollback'))
    return Number(found.rows[0]?.number) === number
  }

  const base = parts.statements.over(() => client)
  const sql: Sql = {
    dialect: 'postgres',
    all: (text, ...values) => orLost(base.all(text, ...values)),
    get: (text, ...values) => orLost(base.get(text, ...values)),
    run: (text, ...values) => orLost(base.run(text, ...values)),
    runForAll: (statement, lists) => orLost(base.runForAll(statement, lists)),
  }

  return {
    id,
    sql,
    // The connection may have been lost since the last transaction, unnoticed.
    begin: () => whileLost(begin),
    async commit() {
      isOpen = false
      try {
        const { command } = await orLost(client.query('commit'))
        if (command !== 'COMMIT') throw new Error('The server has undone a transaction instead of committing it.')
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
        const isDone = await whileLost(wasCommitted).catch((cause: unknown) => {
          throw new CommitUnknown('Nothing is known of the last transaction.', { cause })
        })
        if (!isDone) throw error
      }
    },
    async exec(text) {
      if (text === 'rollback') isOpen = false
      await orLost(client.query(text))
    },
    isInTransaction: () => isOpen,
    mayTryAgain: (error) => error instanceof ConnectionLost || isConflict(error),
    async [Symbol.asyncDispose]() {
      if (!isLost) await client.query('delete from writers where id = $1', [id]).catch(() => undefined)
      await client.end().catch(() => undefined)
    },
  }
}

/** How often a connection may be lost anew while something is done that changes nothing. */
const maxTries = 5

async function whileLost<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ConnectionLost) || tries === maxTries) throw error
    }
  }
}

/** Whether it is the end of the connection that an error tells of: the server's, the system's, or pg's, which has no code. */
function isEnd(error: unknown): boolean {
  const code = findCode(error)
  if (code !== undefined) return /^(?:57P0[1-3]|25P03|08...|ECONNRESET|EPIPE)$/.test(code)
  return error instanceof Error && /not queryable|connection terminated/i.test(error.message)
}

/**
 * What was acknowledged has to be on the disk, whatever the server's own default is. And a machine that went away in the
 * midst of a transaction must not keep the lock until the system notices, which takes hours.
 */
async function setUp(client: Client, stuckMs: number): Promise<void> {
  await client.query(
    `set lock_timeout = ${lockTimeoutMs}; set idle_in_transaction_session_timeout = ${stuckMs}; set standard_conforming_strings = on; set bytea_output = hex;
     select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')`,
  )
}
