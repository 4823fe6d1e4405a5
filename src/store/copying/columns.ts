import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'

/** What a column of PostgreSQL holds, of those that our tables have. */
export type ColumnType = 'bigint' | 'double precision' | 'text' | 'bytea'

export interface Column {
  readonly name: string
  readonly type: ColumnType
}

/** A value as both databases know it: a text that PostgreSQL reads as a value of the column. */
export type Canonical = string | null

/** What `node:sqlite` gives with whole numbers as bigints. */
export type SqliteValue = null | number | bigint | string | Uint8Array

export function isColumnType(type: string): type is ColumnType {
  return type === 'bigint' || type === 'double precision' || type === 'text' || type === 'bytea'
}

/** @throws {TypeError} for a value that the column cannot hold; a strict table has none */
export function toCanonical(value: SqliteValue, type: ColumnType): Canonical {
  if (value === null) return null
  if (value instanceof Uint8Array) {
    if (type === 'bytea') return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  } else if (typeof value === 'string') {
    if (type === 'text') return value
    // A metric's NaN is a text in SQLite.
    if (type === 'double precision' && value === 'NaN') return value
  } else if (type === 'double precision') return writeNumber(Number(value))
  else if (type === 'bigint' && typeof value === 'bigint') return String(value)
  throw new TypeError(`A column of type ${type} cannot hold a ${typeof value}.`)
}

/** How a column is asked for, to get such texts from PostgreSQL. */
export function selectCanonical({ name, type }: Column): string {
  return type === 'bytea' ? `'\\x' || encode(${quote(name)}, 'hex')` : `cast(${quote(name)} as text)`
}

/** From what PostgreSQL writes: numbers have more than one spelling. */
export function readCanonical(text: Canonical, type: ColumnType): Canonical {
  return text === null || type !== 'double precision' || text === 'NaN' ? text : writeNumber(Number(text))
}

function writeNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Rows counted and hashed in any order: two tables with the same of both have the same rows. */
export interface RowSum {
  readonly count: number
  add(row: readonly Canonical[]): void
  /** In hex. */
  digest(): string
}

export function createRowSum(): RowSum {
  let count = 0
  let [low, high] = [0n, 0n]
  return {
    get count() {
      return count
    },
    add(row) {
      const hash = createHash('sha256').update(JSON.stringify(row)).digest()
      count += 1
      low = BigInt.asUintN(64, low + hash.readBigUInt64LE(0))
      high = BigInt.asUintN(64, high + hash.readBigUInt64LE(8))
    },
    digest: () => [high, low].map((part) => part.toString(16).padStart(16, '0')).join(''),
  }
}

/** @throws INVALID_PARAMETER_VALUE for a text with a zero character, which PostgreSQL cannot hold */
export function createZeroError(table: string, column: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `A text in the column "${column}" of the table "${table}" has a zero character (U+0000), which PostgreSQL cannot hold.`,
    { hint: '--replace-zeros puts U+FFFD in the place of each. Nothing was copied.' },
  )
}
