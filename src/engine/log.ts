import { closeSync, constants, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { RunwrightError } from '../protocol/errors.ts'

export type LogLevel = 'info' | 'warning' | 'error'

/** Writes one entry. Messages hold no secrets: no tokens, no bodies, no query strings. */
export type Log = (level: LogLevel, message: string, error?: unknown) => void

export interface LogFile extends Disposable {
  readonly log: Log
}

const defaults = { maxSizeBytes: 2 * 1024 * 1024, maxFiles: 5 }

/**
 * Opens a log that is kept in at most `maxFiles` files of about `maxSizeBytes`: `engine.log`, then `engine.log.1` …
 * with the older entries. Writing never throws, because a full disk must not stop what is being logged.
 *
 * @throws the system's error when the file cannot be opened, or is a symbolic link
 */
export function openLogFile(path: string, now: () => number, limits: Partial<typeof defaults> = {}): LogFile {
  const { maxSizeBytes, maxFiles } = { ...defaults, ...limits }
  let file = openForAppend(path)
  let sizeBytes = fstatSync(file).size

  function rotate(): void {
    rmSync(`${path}.${maxFiles - 1}`, { force: true })
    for (let age = maxFiles - 2; age >= 0; age--)
      renameIfThere(age === 0 ? path : `${path}.${age}`, `${path}.${age + 1}`)
    const fresh = openForAppend(path)
    closeSync(file)
    file = fresh
    sizeBytes = 0
  }

  return {
    log(level, message, error) {
      const entry = Buffer.from(formatEntry(now(), level, message, error))
      try {
        if (sizeBytes > 0 && sizeBytes + entry.length > maxSizeBytes) rotate()
        sizeBytes += writeSync(file, entry)
      } catch {
        // Nowhere to tell it: this is the log.
      }
    },
    [Symbol.dispose]() {
      closeSync(file)
    },
  }
}

/** For processes that a person watches. */
export function createStreamLog(stream: { write(text: string): unknown }, now: () => number): Log {
  return (level, message, error) => stream.write(formatEntry(now(), level, message, error))
}

function formatEntry(time: number, level: LogLevel, message: string, error: unknown): string {
  const details = error === undefined ? '' : `\n${describeError(error)}`.replaceAll('\n', '\n    ')
  return `${new Date(time).toISOString()} ${level} ${message}${details}\n`
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = error instanceof RunwrightError ? `${error.code} ` : ''
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describeError(error.cause)}`
  return `${code}${error.stack ?? error.message}${cause}`
}

/** A link in a folder that came with a foreign repository must not make us append to a file elsewhere. */
function openForAppend(path: string): number {
  return openSync(
    path,
    constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0),
    0o600,
  )
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
