/**
 * A word for a POSIX shell, whatever it holds.
 *
 * @throws {RangeError} for a NUL, which no program can be given
 */
export function quoteWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('A word of a command line cannot hold a NUL character.')
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

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

/** Whether a shell passes a variable of this name on to the programs that it starts. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}
