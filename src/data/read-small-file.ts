import { readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'

/** No file of settings, patterns or names that a person has written is larger. In bytes. */
export const maxTextFileBytes = 16 << 20

/**
 * The text of a file that comes with a repository, and so may be of any size, or a link to a device that never ends.
 *
 * @param path absolute
 * @param maxBytes of a file; a larger one is not opened
 * @returns undefined where there is none, or a folder
 * @throws INVALID_PARAMETER_VALUE for one that is larger, or no file
 */
export async function readSmallFile(path: string, maxBytes = maxTextFileBytes): Promise<string | undefined> {
  try {
    return isSmallFile(await stat(path), path, maxBytes) ? await readFile(path, 'utf8') : undefined
  } catch (error) {
    return undefinedIfMissing(error)
  }
}

/** As `readSmallFile`. */
export function readSmallFileSync(path: string, maxBytes = maxTextFileBytes): string | undefined {
  try {
    return isSmallFile(statSync(path), path, maxBytes) ? readFileSync(path, 'utf8') : undefined
  } catch (error) {
    return undefinedIfMissing(error)
  }
}

function isSmallFile(stats: Stats, path: string, maxBytes: number): boolean {
  if (stats.isDirectory()) return false
  if (!stats.isFile()) throw refuse(`${path} is a device, a pipe or a socket.`)
  if (stats.size > maxBytes) throw refuse(`${path} has ${stats.size} bytes, and may have ${maxBytes} at most.`)
  return true
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}

function refuse(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'It was not read. Ask whoever made this repository how it came there.',
  })
}
