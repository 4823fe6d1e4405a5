import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { quoteWord } from '../wrapper/quote.ts'

/**
 * A path on a target as a word for its shell. One that begins with `~/` lies in the home of the user there, whatever
 * that is.
 *
 * @throws {RangeError} for a path that is neither such nor absolute
 */
export function quotePath(path: string): string {
  if (path.startsWith('~/')) return `"$HOME"/${quoteWord(path.slice(2))}`
  if (path.startsWith('/')) return quoteWord(path)
  throw new RangeError(`${path} is neither absolute nor in the home folder.`)
}

/** Where a target keeps the code of a repository: one that people recognise, and that no other has. */
export function nameRepository(root: string, host: string): string {
  const words = basename(root)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
  const hash = createHash('sha256').update(`${host}\0${root}`).digest('hex').slice(0, 12)
  return `${words.slice(0, 40)}${words === '' ? '' : '-'}${hash}`
}
