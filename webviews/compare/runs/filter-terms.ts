import { quoteText } from '../../../src/protocol/filter-text.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'

/** A key as the filter's grammar takes it, quoted where it must be; undefined for one with both kinds of quotes. */
export function quoteKey(key: string): string | undefined {
  if (/^[\p{L}\p{N}_]+$/u.test(key)) return key
  if (!key.includes('`')) return `\`${key}\``
  return key.includes('"') ? undefined : `"${key}"`
}

/** A name for the filter: `metrics.loss`, ``params.`batch size` ``. Undefined where the grammar has none. */
export function toIdentifier(column: TableColumn): string | undefined {
  if (column.kind === 'dataset') return undefined
  if (column.kind === 'attribute') return column.key === 'duration' ? undefined : column.key
  if (column.kind === 'metric' && column.aggregate !== 'last') return undefined
  const key = quoteKey(column.key)
  return key === undefined ? undefined : `${column.kind}s.${key}`
}

/** The condition that a run belongs to a group; undefined where the grammar cannot say it. */
export function toGroupCondition(
  by: readonly TableColumn[],
  values: readonly (string | number | null)[],
): string | undefined {
  const terms = by.map((column, index) => toTerm(column, values[index] ?? null))
  return terms.every((term) => term !== undefined) ? terms.join(' AND ') : undefined
}

function toTerm(column: TableColumn, value: string | number | null): string | undefined {
  const identifier = toIdentifier(column)
  if (identifier === undefined) return undefined
  if (value === null) return column.kind === 'param' || column.kind === 'tag' ? `${identifier} IS NULL` : undefined
  if (typeof value === 'string') return `${identifier} = ${quoteText(value)}`
  return Number.isFinite(value) ? `${identifier} = ${value}` : undefined
}
