import type { Dialect, Sql, SqlRow, SqlValue } from './database.ts'
import { getText } from './row.ts'

/** The number that a text begins with, 0 for none, as SQLite reads it. */
export function castToReal(dialect: Dialect, text: string): string {
  return dialect === 'sqlite' ? `cast(${text} as real)` : `to_real(${text})`
}

/** A number without what comes after the point. */
export function truncate(dialect: Dialect, number: string): string {
  return dialect === 'sqlite' ? `cast(${number} as integer)` : `trunc(${number})`
}

/** A number or NaN that `json` gives: what `toJsonNumber` made in a list, as SQLite and PostgreSQL compare numbers. */
export function castJsonNumber(dialect: Dialect, json: string): string {
  return dialect === 'sqlite' ? json : `cast(${json} as double precision)`
}

/** A cell as JSON from which a statement reads the same number, NaN or nothing. */
export function toJsonNumber(dialect: Dialect, cell: SqlValue): string {
  if (cell === 'NaN' || Number.isNaN(cell)) return '"NaN"'
  if (typeof cell !== 'number') return 'null'
  if (Number.isFinite(cell)) return String(cell)
  // SQLite reads a number that is too large as infinity.
  if (dialect === 'sqlite') return cell > 0 ? '9e999' : '-9e999'
  return cell > 0 ? '"Infinity"' : '"-Infinity"'
}

/** What is under these names in a text that is JSON, as JSON; null where there is nothing. */
export function jsonAt(dialect: Dialect, json: string, names: readonly string[]): string {
  if (dialect === 'sqlite') return `${json} -> '$.${names.join('.')}'`
  return `cast(cast(${json} as json) #> '{${names.join(',')}}' as text)`
}

/** The same for a text, without its quotes. */
export function textAt(dialect: Dialect, json: string, names: readonly string[]): string {
  if (dialect === 'sqlite') return `${json} ->> '$.${names.join('.')}'`
  return `(cast(${json} as json) #>> '{${names.join(',')}}')`
}

/** What is under a name in a text that may be no JSON, as text; as indexes of it are spelled. */
export function memberOf(dialect: Dialect, text: string, name: string): string {
  return dialect === 'sqlite'
    ? `case when json_valid(${text}) then ${text} ->> '${name}' end`
    : `json_member(${text}, '${name}')`
}

/**
 * Rows as a list of objects in JSON, which have what is to be read of a row under each name, in the order of the first of
 * them: by that the key of their table goes on. A number reads as the same one, and NaN is the text `NaN`.
 */
export function jsonObjects(dialect: Dialect, [first, ...others]: JsonMembers): string {
  const members = [first, ...others].map(([name, expression]) => `'${name}', ${expression}`).join(', ')
  if (dialect === 'sqlite') return `json_group_array(json_object(${members}))`
  return `cast(coalesce(json_agg(json_build_object(${members}) order by ${first[1]}), '[]') as text)`
}

/** Names, each with what stands under it. */
export type JsonMembers = readonly [JsonMember, ...JsonMember[]]
type JsonMember = readonly [name: string, expression: string]

/** A number, with the largest one there is in place of infinity, which JSON does not have; NaN stays. */
export function withoutInfinity(dialect: Dialect, number: string): string {
  const infinity = dialect === 'sqlite' ? '9e999' : "cast('Infinity' as double precision)"
  const largest = dialect === 'sqlite' ? String(Number.MAX_VALUE) : `cast('${Number.MAX_VALUE}' as double precision)`
  return `case ${number} when ${infinity} then ${largest} when -${infinity} then -${largest} else ${number} end`
}

/**
 * Rows of SQLite come by the key of their table as they lie, and by the table that a cross join begins with; elsewhere
 * that has to be asked for.
 */
export function inKeyOrder(dialect: Dialect, columns: string): string {
  return dialect === 'sqlite' ? '' : ` order by ${columns}`
}

/**
 * Columns of all rows of a select, one list each. From SQLite all come in one text: a hundred thousand rows cost several
 * times what finds them.
 */
export async function selectColumns(
  sql: Sql,
  columns: readonly string[],
  { from, values }: { readonly from: string; readonly values: readonly SqlValue[] },
): Promise<unknown[][]> {
  if (sql.dialect !== 'sqlite') {
    const names = columns.map((column, index) => `${column} as c${index}`)
    const rows = await sql.all(`select ${names.join(', ')} from ${from}`, ...values)
    return columns.map((_, index) => rows.map((row) => row[`c${index}`]))
  }
  const lists = columns.map((column, index) => `json_group_array(${column}) as c${index}`)
  const row = await sql.get(`select ${lists.join(', ')} from ${from}`, ...values)
  return columns.map((_, index) => parseList(row, `c${index}`))
}

function parseList(row: SqlRow | undefined, column: string): unknown[] {
  const list: unknown = JSON.parse(getText(row ?? {}, column))
  return Array.isArray(list) ? list : []
}
