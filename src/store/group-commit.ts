import type { Sql } from './database.ts'

/** The one connection that writes, in a state that only the group commit changes. */
export interface Writer {
  readonly sql: Sql
  /** Begins a transaction that no other writer can come into. */
  begin(): void | Promise<void>
  /** Resolves once the transaction is durable. */
  commit(): void | Promise<void>
  /** Runs statements without values. */
  exec(text: string): void | Promise<void>
  /** False once the database has given up a transaction by itself, as on some failures of the disk. */
  isInTransaction(): boolean
  /** Whether what failed left nothing behind and may succeed when it is done again. */
  mayTryAgain(error: unknown): boolean
}

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
export function createGroupCommit(writer: Writer): GroupCommit {
  const queue: PendingWrite[] = []
  let draining: Promise<void> | undefined

  async function drainQueue(): Promise<void> {
    while (queue.length > 0) {
      await gather(queue)
      await commitGroup(writer, queue.splice(0, maxGroupSize))
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

/** How often a write that may be tried again is. */
const maxTries = 3

async function commitGroup(writer: Writer, group: readonly PendingWrite[], tries = 1): Promise<void> {
  const answers: (() => void)[] = []
  try {
    await writer.begin()
  } catch (error) {
    for (const write of group) write.reject(error)
    return
  }
  try {
    if (group.length === 1) for (const write of group) answers.push(await write.run(writer.sql))
    else for (const write of group) answers.push(await runInSavepoint(writer, write))
    await writer.commit()
  } catch (error) {
    if (writer.isInTransaction()) await writer.exec('rollback')
    // The group as a whole failed, on a full disk for example. Alone, each may still succeed, and fails for itself.
    if (group.length > 1) for (const write of group) await commitGroup(writer, [write])
    else if (writer.mayTryAgain(error) && tries < maxTries) await commitGroup(writer, group, tries + 1)
    else group[0]?.reject(error)
    return
  }
  for (const answer of answers) answer()
}

/** @throws when the database has rolled back the whole transaction instead of one savepoint */
async function runInSavepoint(writer: Writer, write: PendingWrite): Promise<() => void> {
  await writer.exec('savepoint one_write')
  try {
    const answer = await write.run(writer.sql)
    await writer.exec('release one_write')
    return answer
  } catch (error) {
    if (!writer.isInTransaction()) throw error
    await writer.exec('rollback to one_write; release one_write')
    return () => write.reject(error)
  }
}
