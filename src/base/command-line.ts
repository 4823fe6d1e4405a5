/**
 * Splits a line into words as a POSIX shell does, without its expansions: blanks separate, `'…'` keeps all as it is,
 * `"…"` and a bare word know `\` before `"`, `\`, `'` and blanks. Any other backslash stays, for Windows paths.
 * Undefined when a quote is not closed.
 */
export function splitCommandLine(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index)
    const following = line.charAt(index + 1)
    if (character === '\\' && quote !== "'" && following !== '' && /["\\'\s]/.test(following)) {
      word = (word ?? '') + following
      index++
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + character
    }
  }
  if (word !== undefined) words.push(word)
  return quote === undefined ? words : undefined
}

/** Writes words as a line that `splitCommandLine` reads back. */
export function joinCommandLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`))
    .join(' ')
}
