import type { Sql } from '../database.ts'
import type { Connection } from './connection.ts'

/** Runs writes one after another and makes many of them durable by one commit. */
export interface GroupCommit {
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** Resolves when nothing is waiting any more. */
  drain(): Promise<void>
}

interface PendingWrite {
  /** Runs the work inside the open transaction and gives back what to do once it is committed. */
  run(sql: Sql): Promise<() => void>
  reject(error: unknown): void
}

/** Bounds how long the first write of a group waits for the others. */
const maxGroupSize = 256

/**
 * Writes that arrive together share a transaction, each inside a savepoint of its own, and are answered after the
 * commit. A commit is what costs (it waits for the disk), so many clients are not slower than one.
 */
export function createGroupCommit(connection: Connection): GroupCommit {
  const queue: PendingWrite[] = []
  let draining: Promise<void> | undefined

  async function drainQueue(): Promise<void> {
    while (queue.length > 0) {
      await gather(queue)
      await commitGroup(connection, queue.splice(0, maxGroupSize))
    }
    draining = undefined
  }

  return {
    write<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        queue.push({
          async run(sql) {
            const result = await work(sql)
            return () => resolve(result)
          },
          reject,
        })
        draining ??= drainQueue()
      })
    },
    drain: async () => {
      await draining
    },
  }
}

/**
 * Lets writes that have already arrived join the group: each turn of the event loop reads and parses some more of the
 * requests that came in during the last commit. The first turn that brings none ends the wait, so one client alone
 * waits for a single empty turn.
 */
async function gather(queue: readonly PendingWrite[]): Promise<void> {
  for (let seen = 0; queue.length > seen && queue.length < maxGroupSize;) {
    seen = queue.length
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function commitGroup(connection: Connection, group: readonly PendingWrite[]): Promise<void> {
  const answers: (() => void)[] = []
  try {
    connection.exec('begin immediate')
    for (const write of group) answers.push(await runInSavepoint(connection, write))
    connection.exec('commit')
  } catch (error) {
    if (connection.isInTransaction()) connection.exec('rollback')
    // The group as a whole failed, on a full disk for example. Alone, each may still succeed, and fails for itself.
    if (group.length === 1) group[0]?.reject(error)
    else for (const write of group) await commitGroup(connection, [write])
    return
  }
  for (const answer of answers) answer()
}

/** @throws when SQLite has rolled back the whole transaction instead of one savepoint */
async function runInSavepoint(connection: Connection, write: PendingWrite): Promise<() => void> {
  connection.exec('savepoint one_write')
  try {
    const answer = await write.run(connection.sql)
    connection.exec('release one_write')
    return answer
  } catch (error) {
    if (!connection.isInTransaction()) throw error
    connection.exec('rollback to one_write; release one_write')
    return () => write.reject(error)
  }
}
