/**
 * What a statement's `?` may not be looked for in: texts, quoted names, comments (those of PostgreSQL nest, ours never
 * do). Each alternative ends with its own sign, so that nothing is tried twice.
 */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g

/** Numbers the placeholders of a statement as PostgreSQL wants them: each `?` becomes `$1`, `$2` and so on. */
export function numberPlaceholders(text: string): string {
  let count = 0
  return text.replace(quoted, (found) => (found === '?' ? `$${(count += 1)}` : found))
}
