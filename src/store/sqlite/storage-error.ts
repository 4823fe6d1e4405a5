import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'

/** SQLite's primary result codes that we tell apart (sqlite.org/rescode.html). */
const resultCodes = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

/** SQLite's primary result code behind an error of `node:sqlite` or a `RunwrightError` made from one. */
function findResultCode(error: unknown): number | undefined {
  if (error instanceof RunwrightError) return findResultCode(error.cause)
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

export function isDamage(error: unknown): boolean {
  const code = findResultCode(error)
  return code === resultCodes.corrupt || code === resultCodes.notADatabase
}

/** Says what went wrong with the file at `path` and what to do; anything that is not about the file comes back as is. */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof RunwrightError) return error
  const systemCode = error instanceof Error && 'code' in error ? error.code : undefined
  const code = findResultCode(error)
  if (code === resultCodes.full || systemCode === 'ENOSPC' || (code === resultCodes.ioError && isDiskFull(path))) {
    return new RunwrightError('STORAGE_FULL', `The disk that holds ${path} is full; nothing of this was stored.`, {
      hint: 'Free some space on that disk and try again.',
      cause: error,
    })
  }
  if (code === resultCodes.readOnly || systemCode === 'EACCES' || systemCode === 'EROFS' || systemCode === 'EPERM') {
    return createReadOnlyError(path, error)
  }
  if (isDamage(error)) return createDamagedError(path, error)
  if (code === resultCodes.cannotOpen) {
    return new RunwrightError('STORAGE_READ_ONLY', `The database ${path} cannot be opened.`, {
      hint: `Check that ${dirname(path)} is a folder that you may write to.`,
      cause: error,
    })
  }
  if (code === resultCodes.busy) {
    return new RunwrightError('TEMPORARILY_UNAVAILABLE', `Another program keeps the database ${path} locked.`, {
      hint: 'Close the program that has the file open and try again.',
      cause: error,
    })
  }
  if (code === resultCodes.ioError) {
    return new RunwrightError('INTERNAL_ERROR', `The disk failed while reading or writing ${path}.`, {
      hint: 'Check the disk; copy the database to another one before going on.',
      cause: error,
    })
  }
  return error
}

export function createReadOnlyError(path: string, cause?: unknown): RunwrightError {
  return new RunwrightError('STORAGE_READ_ONLY', `${path} cannot be written.`, {
    hint: 'Give yourself the right to write to this file and its folder, or choose another folder.',
    cause,
  })
}

export function createDamagedError(path: string, cause?: unknown): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `${path} is damaged, or is no database of Runwright.`, {
    hint:
      'It was left as it is; "runwright store check" says what is wrong. To restore a backup, use "runwright store restore ' +
      `FOLDER --force", which keeps this one beside. Without one, move it and the files ${path}-wal and ${path}-shm aside ` +
      'together; `sqlite3 OLD .recover | sqlite3 NEW` saves what can be read.',
    cause,
  })
}

/** A failed write is put down to a full disk when less than 1 MiB is left for us. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < 1024 * 1024
  } catch {
    return false
  }
}
