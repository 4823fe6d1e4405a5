/** A name in SQL, whatever characters it has. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text in SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Expressions one after another, as in a SELECT. */
export function commaList(items: readonly string[]): string {
  return items.join(', ')
}
