/** Pieces of DuckDB's SQL. Names and values from files enter a statement through these alone. */

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** @param value finite */
export function doubleLiteral(value: number): string {
  return `(${value})::DOUBLE`
}

/** A value as people read it, cut where it is long. */
export function shownText(expression: string): string {
  return `left((${expression})::VARCHAR, ${maxShownLength})`
}

/** Characters of a value or a name that are shown at most. */
export const maxShownLength = 200

export function cutText(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}

export interface TableColumn {
  readonly name: string
  /** As DuckDB names it. */
  readonly type: string
}

export type TypeFamily = 'integer' | 'decimal' | 'float' | 'time' | 'boolean' | 'text' | 'other'

/** What can be asked of a column. `other` is what has no order or parts of its own: lists, structs, bytes. */
export function familyOf(type: string): TypeFamily {
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type)) return 'integer'
  if (/^DECIMAL\(\d+,\d+\)$/.test(type)) return 'decimal'
  if (type === 'FLOAT' || type === 'DOUBLE') return 'float'
  if (type === 'DATE' || /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/.test(type)) return 'time'
  if (type === 'BOOLEAN') return 'boolean'
  return type === 'VARCHAR' || type === 'UUID' || /^ENUM\([^[\]]*\)$/.test(type) ? 'text' : 'other'
}

export function isNumeric(type: string): boolean {
  return ['integer', 'decimal', 'float'].includes(familyOf(type))
}
