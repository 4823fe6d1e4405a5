/**
 * A word for a POSIX shell, whatever it holds.
 *
 * @throws {RangeError} for a NUL, which no program can be given
 */
export function quoteWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('A word of a command line cannot hold a NUL character.')
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Whether a shell passes a variable of this name on to the programs that it starts. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}
