import type { DatabaseSync } from 'node:sqlite'
import { toStorageError } from './storage-error.ts'

/** SQLite's result codes (https://sqlite.org/rescode.html). */
const sqliteBusy = 5

/**
 * Takes the lock that only one process on the machine can hold, or returns undefined when another one has it. The
 * system releases it when the process ends in whatever way, which a file that merely exists cannot promise.
 *
 * @throws STORAGE_READ_ONLY or STORAGE_FULL when the lock file cannot be written
 */
export function openLock(path: string): Disposable | undefined {
  let database: DatabaseSync | undefined
  try {
    // Who takes no lock need not wait for SQLite to be loaded.
    const sqlite = process.getBuiltinModule('node:sqlite')
    database = new sqlite.DatabaseSync(path, { timeout: 0 })
    // An exclusive transaction takes SQLite's file lock at once. With a journal on the disk it would write there, and
    // nobody could free a full one.
    database.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    database?.close()
    if (errorNumber(error) === sqliteBusy) return undefined
    throw toStorageError(withSystemCode(error), path)
  }
  const held = database
  return { [Symbol.dispose]: () => held.close() }
}

function errorNumber(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined
}

/** SQLite says CANTOPEN, READONLY, PERM or FULL where the system said EACCES, EROFS or ENOSPC. */
function withSystemCode(error: unknown): unknown {
  const codes: Readonly<Record<number, string>> = { 3: 'EACCES', 8: 'EROFS', 13: 'ENOSPC', 14: 'EACCES' }
  const code = codes[errorNumber(error) ?? 0]
  return code === undefined ? error : Object.assign(new Error('The lock file failed.', { cause: error }), { code })
}
