import type { Pool, PoolClient } from 'pg'
import type { Sql } from '../database.ts'
import { isLost } from './connect.ts'
import type { Statements } from './statements.ts'
import { ConnectionLost } from './storage-error.ts'

/** Between `begin` and `commit` every statement sees the database as it was at the first one. */
export async function readSnapshot<T>(pool: Pool, statements: Statements, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await beginReading(pool)
  let isUsable = true
  try {
    return await work(statements.over(() => client))
  } catch (error) {
    throw isLost(client) ? new ConnectionLost('The connection was lost.', { cause: error }) : error
  } finally {
    await client.query('rollback').catch(() => (isUsable = false))
    client.release(!isUsable)
  }
}

/**
 * A statement that was used often would get a plan for values that nobody knows, and what a filter leaves is then off by
 * orders: a search that took 60 ms took 32 s from its eighth time on. To plan it each time takes a millisecond.
 */
const begin = 'begin isolation level repeatable read read only; set local plan_cache_mode = force_custom_plan'

/** A connection of the pool may have been lost unnoticed; the next one is new. */
async function beginReading(pool: Pool): Promise<PoolClient> {
  for (let tries = 1; ; tries++) {
    const client = await pool.connect()
    try {
      await client.query(begin)
      return client
    } catch (error) {
      client.release(true)
      if (tries > pool.options.max) throw error
    }
  }
}
